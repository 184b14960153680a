package dev.windlass.cuda.memory;

import java.util.Locale;

/** Amounts of memory as a person reads them. */
final class Bytes {
  private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

  private Bytes() {}

  /** Three digits and a binary unit, for example {@code 1.50 GiB}. */
  static String text(long bytes) {
    double amount = bytes;
    int unit = 0;
    // 1023.995 would be written as 1024.00.
    while (Math.abs(amount) >= 1023.995 && unit < UNITS.length - 1) {
      amount /= 1024;
      unit++;
    }
    return unit == 0 ? bytes + " B" : String.format(Locale.ROOT, "%.2f %s", amount, UNITS[unit]);
  }

  /** As much or a little more, in whole MiB: what a person may copy into a setting. */
  static String roundedUp(long bytes) {
    long mib = bytes / (1L << 20) + (bytes % (1L << 20) == 0 ? 0 : 1);
    return mib + " MiB";
  }
}
