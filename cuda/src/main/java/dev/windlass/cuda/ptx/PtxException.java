package dev.windlass.cuda.ptx;

import dev.windlass.core.WindlassException;

/** A text is not PTX, or not all of it is there. */
public final class PtxException extends WindlassException {
  private static final long serialVersionUID = 1L;

  private final int line;

  PtxException(int line, String problem) {
    super(
        "reading PTX",
        "line " + line + ": " + problem,
        "Hand over the whole text as the compiler wrote it");
    this.line = line;
  }

  /** The line at which it shows, from 1. */
  public int line() {
    return line;
  }
}
