package dev.windlass.cuda.health;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/** What keeps a GPU's clock below its highest, with NVML's bits. */
public enum ClockReason {
  /** It has nothing to do. */
  IDLE(0x1, "idle"),
  /** Someone has set a lower clock. */
  SET_CLOCK(0x2, "a lower clock is set"),
  /** It is at its power limit. */
  POWER_CAP(0x4, "at its power limit"),
  /** The hardware slows it down to half or less; one of the next three says why. */
  HARDWARE_SLOWDOWN(0x8, "slowed down by the hardware"),
  /** It keeps in step with other GPUs. */
  SYNC_BOOST(0x10, "in step with other GPUs"),
  /** It is too hot, as the driver sees it. */
  TOO_HOT(0x20, "too hot"),
  /** It is much too hot, as the hardware sees it. */
  MUCH_TOO_HOT(0x40, "much too hot"),
  /** The power supply asks for it. */
  POWER_BRAKE(0x80, "power brake"),
  /** A display needs another clock. */
  DISPLAY(0x100, "for a display");

  private final long bit;
  private final String words;

  ClockReason(long bit, String words) {
    this.bit = bit;
    this.words = words;
  }

  /** The same in words: {@code too hot}. */
  public String words() {
    return words;
  }

  /** The reasons of a set of bits; unknown bits are left out. */
  static Set<ClockReason> of(long bits) {
    Set<ClockReason> reasons = EnumSet.noneOf(ClockReason.class);
    for (ClockReason reason : values()) {
      if ((bits & reason.bit) != 0) {
        reasons.add(reason);
      }
    }
    return Collections.unmodifiableSet(reasons);
  }
}
