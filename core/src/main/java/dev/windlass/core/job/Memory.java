package dev.windlass.core.job;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An amount of memory or storage, in whole bytes.
 *
 * <p>GPUs are sold in decimal gigabytes: an "80 GB" H100 has 79.6 GiB and would not pass {@code
 * gib(80)}. Write {@code gb(80)} for the size on the box.
 *
 * @param bytes the amount in bytes, never negative
 */
public record Memory(long bytes) implements Comparable<Memory> {
  private static final Pattern FORM =
      Pattern.compile("([0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)([A-Za-z]*)");
  private static final List<String> BINARY = List.of("Ki", "Mi", "Gi", "Ti", "Pi", "Ei");
  private static final List<String> DECIMAL = List.of("k", "M", "G", "T", "P", "E");

  /** Checks that the amount is not negative. */
  public Memory {
    if (bytes < 0) {
      throw new IllegalArgumentException("An amount of memory is 0 bytes or more, not " + bytes);
    }
  }

  /** So many bytes. */
  public static Memory bytes(long n) {
    return new Memory(n);
  }

  /** So many mebibytes (2<sup>20</sup> bytes). */
  public static Memory mib(long n) {
    return new Memory(Math.multiplyExact(n, 1L << 20));
  }

  /** So many gibibytes (2<sup>30</sup> bytes). */
  public static Memory gib(long n) {
    return new Memory(Math.multiplyExact(n, 1L << 30));
  }

  /** So many decimal gigabytes (10<sup>9</sup> bytes), the unit in which GPU memory is sold. */
  public static Memory gb(long n) {
    return new Memory(Math.multiplyExact(n, 1_000_000_000L));
  }

  /**
   * Reads the Kubernetes form: a decimal number and nothing (bytes), a binary suffix (Ki, Mi, Gi,
   * Ti, Pi, Ei) or a decimal one (k, M, G, T, P, E).
   *
   * @throws IllegalArgumentException if the text is not of that form, is not a whole number of
   *     bytes after rounding up, or is beyond 2<sup>63</sup> bytes
   */
  public static Memory parse(String text) {
    Matcher m = FORM.matcher(text);
    if (m.matches()) {
      String unit = m.group(2);
      BigDecimal factor = null;
      if (unit.isEmpty()) {
        factor = BigDecimal.ONE;
      } else if (BINARY.contains(unit)) {
        factor = BigDecimal.valueOf(1L << (10 * (BINARY.indexOf(unit) + 1)));
      } else if (DECIMAL.contains(unit)) {
        factor = BigDecimal.TEN.pow(3 * (DECIMAL.indexOf(unit) + 1));
      }
      if (factor != null && m.group(1).length() <= 40) {
        try {
          BigDecimal n = new BigDecimal(m.group(1)).multiply(factor);
          return new Memory(n.setScale(0, RoundingMode.CEILING).longValueExact());
        } catch (ArithmeticException e) {
          throw new IllegalArgumentException("'" + text + "' is more than 8Ei can hold", e);
        }
      }
    }
    throw new IllegalArgumentException(
        "'" + abbreviate(text) + "' is not an amount of memory; write it like " + suggestion(text));
  }

  private static String suggestion(String text) {
    Matcher m =
        Pattern.compile("\\s*([0-9]+(?:\\.[0-9]+)?)\\s*([kmgtpe])(i?)b?\\s*")
            .matcher(text.toLowerCase(Locale.ROOT));
    if (!m.matches() || m.group(1).length() > 40) {
      return "8Gi, 512Mi or 80G";
    }
    String letter = m.group(2).toUpperCase(Locale.ROOT);
    boolean kilo = letter.equals("K") && m.group(3).isEmpty();
    return m.group(1) + (kilo ? "k" : letter) + m.group(3);
  }

  private static String abbreviate(String text) {
    return text.length() <= 40 ? text : text.substring(0, 40) + "...";
  }

  /** The amount in mebibytes, rounded up: the unit of GPU memory labels. */
  public long toMibRoundedUp() {
    return bytes / (1L << 20) + (bytes % (1L << 20) == 0 ? 0 : 1);
  }

  @Override
  public int compareTo(Memory other) {
    return Long.compare(bytes, other.bytes);
  }

  /** The shortest exact Kubernetes form, for example {@code 8Gi} or {@code 80G}. */
  @Override
  public String toString() {
    if (bytes == 0) {
      return "0";
    }
    String best = Long.toString(bytes);
    for (int i = 0; i < BINARY.size(); i++) {
      long unit = 1L << (10 * (i + 1));
      if (bytes % unit == 0) {
        best = shorter(best, bytes / unit + BINARY.get(i));
      }
    }
    long unit = 1;
    for (String suffix : DECIMAL) {
      unit *= 1000;
      if (bytes % unit == 0) {
        best = shorter(best, bytes / unit + suffix);
      }
    }
    return best;
  }

  private static String shorter(String a, String b) {
    return b.length() < a.length() ? b : a;
  }
}
