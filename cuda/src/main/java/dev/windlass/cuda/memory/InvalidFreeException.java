package dev.windlass.cuda.memory;

import dev.windlass.core.WindlassException;

/** Memory was freed that must not be. Nothing was freed. */
public final class InvalidFreeException extends WindlassException {
  private static final long serialVersionUID = 1L;

  private final Mistake mistake;

  /** What was wrong with it. */
  public enum Mistake {
    /** It was freed before. */
    DOUBLE_FREE,
    /** It is live, and has another size. */
    WRONG_SIZE,
    /** It was never allocated here. */
    FOREIGN_ADDRESS
  }

  InvalidFreeException(Mistake mistake, long address, long bytes, String problem, String remedy) {
    super("freeing " + bytes + " bytes at 0x" + Long.toHexString(address), problem, remedy);
    this.mistake = mistake;
  }

  /** What was wrong with it. */
  public Mistake mistake() {
    return mistake;
  }
}
