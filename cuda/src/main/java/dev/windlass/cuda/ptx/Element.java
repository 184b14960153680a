package dev.windlass.cuda.ptx;

/**
 * What a pointer points to.
 *
 * @param kind its class
 * @param bytes its width: 1, 2, 4, 8 or 16
 */
public record Element(Kind kind, int bytes) {
  /** The class of a value. */
  public enum Kind {
    INTEGER,
    FLOAT,
    /** Only the width is known. */
    BITS
  }

  /** As people write it: {@code float of 4 bytes}. */
  @Override
  public String toString() {
    return switch (kind) {
          case INTEGER -> "integer";
          case FLOAT -> "float";
          case BITS -> "value";
        }
        + " of "
        + (bytes == 1 ? "1 byte" : bytes + " bytes");
  }
}
