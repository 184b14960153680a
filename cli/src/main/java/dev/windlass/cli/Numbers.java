package dev.windlass.cli;

import dev.windlass.core.job.Memory;
import dev.windlass.core.jobfile.Durations;
import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/** Numbers, as people read them. */
final class Numbers {
  private Numbers() {}

  /** A time: {@code 4.2s}, {@code 1m12s}, {@code 3h5m}. A negative one, of two clocks, is 0. */
  static String time(Duration d) {
    if (d.isNegative()) {
      return "0s";
    }
    long tenths = d.toMillis() / 100;
    if (tenths < 100) {
      return tenths / 10 + (tenths % 10 == 0 ? "" : "." + tenths % 10) + "s";
    }
    ChronoUnit unit =
        d.toDays() > 0
            ? ChronoUnit.HOURS
            : d.toHours() > 0 ? ChronoUnit.MINUTES : ChronoUnit.SECONDS;
    return Durations.write(d.truncatedTo(unit));
  }

  /** A metric, with four digits that count: {@code 0.09137}, {@code 1234}, {@code 3.2E-7}. */
  static String metric(double value) {
    if (!Double.isFinite(value)) {
      return Double.toString(value);
    }
    if (value == Math.rint(value) && Math.abs(value) < 1e9) {
      return Long.toString((long) value);
    }
    BigDecimal rounded = new BigDecimal(value).round(new MathContext(4)).stripTrailingZeros();
    double size = Math.abs(value);
    return size >= 1e-4 && size < 1e9 ? rounded.toPlainString() : rounded.toString();
  }

  /** How fast: {@code 12.5/s}, {@code 40/min}, {@code 3/h}. */
  static String rate(double perSecond) {
    if (perSecond >= 1) {
      return short3(perSecond) + "/s";
    }
    return perSecond * 60 >= 1 ? short3(perSecond * 60) + "/min" : short3(perSecond * 3600) + "/h";
  }

  private static String short3(double value) {
    return value >= 100
        ? Long.toString(Math.round(value))
        : new BigDecimal(value).round(new MathContext(3)).stripTrailingZeros().toPlainString();
  }

  /** Memory in GiB: {@code 79.6Gi}; less than one in MiB. */
  static String memory(Memory memory) {
    double gib = memory.bytes() / (double) (1L << 30);
    if (gib < 1) {
      return memory.toMibRoundedUp() + "Mi";
    }
    String text = String.format(Locale.ROOT, "%.1f", gib);
    return (text.endsWith(".0") ? text.substring(0, text.length() - 2) : text) + "Gi";
  }
}
