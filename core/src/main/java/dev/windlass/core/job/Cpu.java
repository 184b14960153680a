package dev.windlass.core.job;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.regex.Pattern;

/**
 * An amount of CPU in thousandths of a core.
 *
 * @param millis thousandths of a core, never negative
 */
public record Cpu(long millis) implements Comparable<Cpu> {
  private static final Pattern FORM = Pattern.compile("[0-9]{1,15}(\\.[0-9]{0,9})?|[0-9]{1,18}m");

  /** Checks that the amount is not negative. */
  public Cpu {
    if (millis < 0) {
      throw new IllegalArgumentException("An amount of CPU is 0 or more, not " + millis + "m");
    }
  }

  /** So many whole cores. */
  public static Cpu cores(long n) {
    return new Cpu(Math.multiplyExact(n, 1000L));
  }

  /** So many thousandths of a core. */
  public static Cpu millis(long n) {
    return new Cpu(n);
  }

  /**
   * Reads the Kubernetes form: cores ({@code 2}, {@code 0.5}) or thousandths ({@code 500m}). More
   * digits than thousandths are rounded up.
   *
   * @throws IllegalArgumentException if the text is not of that form
   */
  public static Cpu parse(String text) {
    if (!FORM.matcher(text).matches()) {
      String shown = text.length() <= 40 ? text : text.substring(0, 40) + "...";
      throw new IllegalArgumentException(
          "'" + shown + "' is not an amount of CPU; write it like 2, 0.5 or 500m");
    }
    if (text.endsWith("m")) {
      return new Cpu(Long.parseLong(text.substring(0, text.length() - 1)));
    }
    return new Cpu(
        new BigDecimal(text).movePointRight(3).setScale(0, RoundingMode.CEILING).longValueExact());
  }

  @Override
  public int compareTo(Cpu other) {
    return Long.compare(millis, other.millis);
  }

  /** The Kubernetes form, for example {@code 2} or {@code 500m}. */
  @Override
  public String toString() {
    return millis % 1000 == 0 ? Long.toString(millis / 1000) : millis + "m";
  }
}
