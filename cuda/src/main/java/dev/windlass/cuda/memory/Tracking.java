package dev.windlass.cuda.memory;

import dev.windlass.core.WindlassException;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;

/** How much is recorded about where things are made. To walk a stack costs about a microsecond. */
public enum Tracking {
  /** Nothing is recorded. */
  OFF,
  /**
   * Everything is recorded; the place where it was made for one in 128, chosen at random, and for
   * all memory of 1 MiB or more: that is what matters, and is rare enough.
   */
  SAMPLED,
  /** Everything is recorded, each with the place where it was made. */
  ALL;

  private static final int ONE_IN = 128;
  private static final long LARGE = 1L << 20;

  /** Whether to walk the stack this time, for something of so many bytes of device memory. */
  boolean takesPlace(long bytes) {
    return switch (this) {
      case OFF -> false;
      case SAMPLED -> bytes >= LARGE || ThreadLocalRandom.current().nextInt(ONE_IN) == 0;
      case ALL -> true;
    };
  }

  /**
   * Reads {@code off}, {@code sampled} or {@code all}, in any case.
   *
   * @param name where the text comes from, for the error
   * @throws WindlassException if it is none of these
   */
  public static Tracking parse(String name, String text) {
    for (Tracking t : values()) {
      if (t.name().equals(text.strip().toUpperCase(Locale.ROOT))) {
        return t;
      }
    }
    throw new WindlassException(
        "reading " + name,
        "'" + text + "' is not a degree of tracking",
        "Write off, sampled or all");
  }
}
