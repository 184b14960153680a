package dev.windlass.cli;

/**
 * One thing that {@code windlass doctor} has looked at.
 *
 * @param name what was looked at
 * @param status how it is
 * @param found what was found, for people
 * @param remedy what to do; empty if nothing
 */
record Check(String name, Status status, String found, String remedy) {
  /** How a thing is. */
  enum Status {
    /** As it should be. */
    OK(Style.GREEN),
    /** It works, not in all cases or not for long. */
    WARN(Style.YELLOW),
    /** It does not work. */
    FAIL(Style.RED),
    /** It could not be looked at, or means nothing here. */
    SKIPPED(Style.DIM);

    private final Style style;

    Status(Style style) {
      this.style = style;
    }

    Style style() {
      return style;
    }
  }

  static Check ok(String name, String found) {
    return new Check(name, Status.OK, found, "");
  }

  static Check warn(String name, String found, String remedy) {
    return new Check(name, Status.WARN, found, remedy);
  }

  static Check fail(String name, String found, String remedy) {
    return new Check(name, Status.FAIL, found, remedy);
  }

  static Check skipped(String name, String why) {
    return new Check(name, Status.SKIPPED, why, "");
  }
}
