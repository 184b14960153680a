package dev.windlass.cuda.availability;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A release of NVIDIA's driver for Linux, for example 580.95.05.
 *
 * @param branch the first number
 * @param minor the second number
 * @param patch the third number, 0 if there is none
 */
public record DriverRelease(int branch, int minor, int patch) implements Comparable<DriverRelease> {
  private static final Pattern FORM =
      Pattern.compile("([0-9]{2,4})\\.([0-9]{1,4})(?:\\.([0-9]{1,4}))?");

  /**
   * Reads {@code "580.95.05"} or {@code "455.32"}.
   *
   * @throws IllegalArgumentException if the text is not of that form
   */
  public static DriverRelease parse(String text) {
    Matcher m = FORM.matcher(text);
    if (!m.matches()) {
      throw new IllegalArgumentException("'" + text + "' is not a driver such as 580.95.05");
    }
    String patch = m.group(3);
    return new DriverRelease(
        Integer.parseInt(m.group(1)),
        Integer.parseInt(m.group(2)),
        patch == null ? 0 : Integer.parseInt(patch));
  }

  @Override
  public int compareTo(DriverRelease other) {
    if (branch != other.branch) {
      return Integer.compare(branch, other.branch);
    }
    return minor != other.minor
        ? Integer.compare(minor, other.minor)
        : Integer.compare(patch, other.patch);
  }

  /** The form in which NVIDIA writes it. */
  @Override
  public String toString() {
    return patch == 0
        ? "%d.%02d".formatted(branch, minor)
        : "%d.%02d.%02d".formatted(branch, minor, patch);
  }
}
