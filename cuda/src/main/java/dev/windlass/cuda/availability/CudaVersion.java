package dev.windlass.cuda.availability;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A version of CUDA, for example 13.1: of a toolkit, or the newest that a driver knows.
 *
 * @param major the first number, 1 or more
 * @param minor the second number
 */
public record CudaVersion(int major, int minor) implements Comparable<CudaVersion> {
  private static final Pattern FORM = Pattern.compile("([0-9]{1,3})\\.([0-9]{1,2})(\\..*)?");

  /** The toolkit whose headers Windlass is built on. */
  public static final CudaVersion TOOLKIT = new CudaVersion(13, 1);

  /** Checks the numbers. */
  public CudaVersion {
    if (major < 1 || minor < 0) {
      throw new IllegalArgumentException("A CUDA version is like 13.1, not " + major + "." + minor);
    }
  }

  /** Reads the form of the driver's calls: 13010 is 13.1. */
  public static CudaVersion ofCode(int code) {
    return new CudaVersion(code / 1000, code % 1000 / 10);
  }

  /**
   * Reads {@code "13.1"}; what follows the second number ({@code "13.1.0"}) has no meaning.
   *
   * @throws IllegalArgumentException if the text is not of that form
   */
  public static CudaVersion parse(String text) {
    Matcher m = FORM.matcher(text);
    if (!m.matches()) {
      throw new IllegalArgumentException("'" + text + "' is not a CUDA version such as 13.1");
    }
    return new CudaVersion(Integer.parseInt(m.group(1)), Integer.parseInt(m.group(2)));
  }

  @Override
  public int compareTo(CudaVersion other) {
    return major != other.major
        ? Integer.compare(major, other.major)
        : Integer.compare(minor, other.minor);
  }

  @Override
  public String toString() {
    return major + "." + minor;
  }
}
