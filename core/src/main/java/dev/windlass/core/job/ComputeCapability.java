package dev.windlass.core.job;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A CUDA compute capability, for example 8.0 (A100) or 9.0 (H100). The list is at NVIDIA's page
 * "CUDA GPU Compute Capability".
 *
 * @param major the generation
 * @param minor the variant within it
 */
public record ComputeCapability(int major, int minor) implements Comparable<ComputeCapability> {
  private static final Pattern FORM = Pattern.compile("([0-9]{1,3})\\.([0-9]{1,2})");

  /** Checks that neither part is negative. */
  public ComputeCapability {
    if (major < 1 || minor < 0) {
      throw new IllegalArgumentException(
          "A compute capability is like 8.0, not " + major + "." + minor);
    }
  }

  /** The capability {@code major.minor}. */
  public static ComputeCapability of(int major, int minor) {
    return new ComputeCapability(major, minor);
  }

  /**
   * Reads {@code "8.0"}.
   *
   * @throws IllegalArgumentException if the text is not of that form
   */
  public static ComputeCapability parse(String text) {
    Matcher m = FORM.matcher(text);
    if (!m.matches()) {
      throw new IllegalArgumentException(
          "'" + text + "' is not a compute capability; write it like \"8.0\"");
    }
    return new ComputeCapability(Integer.parseInt(m.group(1)), Integer.parseInt(m.group(2)));
  }

  @Override
  public int compareTo(ComputeCapability other) {
    return major != other.major
        ? Integer.compare(major, other.major)
        : Integer.compare(minor, other.minor);
  }

  @Override
  public String toString() {
    return major + "." + minor;
  }
}
