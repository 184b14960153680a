package dev.windlass.cuda.health;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/** What keeps a GPU's clock below its highest, with NVML's bits. */
public enum ClockReason {
  /** It has nothing to do. */
  IDLE(0x1),
  /** Someone has set a lower clock. */
  SET_CLOCK(0x2),
  /** It is at its power limit. */
  POWER_CAP(0x4),
  /** The hardware slows it down to half or less; one of the next three says why. */
  HARDWARE_SLOWDOWN(0x8),
  /** It keeps in step with other GPUs. */
  SYNC_BOOST(0x10),
  /** It is too hot, as the driver sees it. */
  TOO_HOT(0x20),
  /** It is much too hot, as the hardware sees it. */
  MUCH_TOO_HOT(0x40),
  /** The power supply asks for it. */
  POWER_BRAKE(0x80),
  /** A display needs another clock. */
  DISPLAY(0x100);

  private final long bit;

  ClockReason(long bit) {
    this.bit = bit;
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
