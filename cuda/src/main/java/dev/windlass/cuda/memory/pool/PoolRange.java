package dev.windlass.cuda.memory.pool;

/**
 * A range of a pool's addresses and what it is used for: a piece of a picture.
 *
 * @param address where it starts
 * @param bytes how long it is
 * @param state what it is used for
 * @param stream whose work it follows, if it is {@link State#PENDING}; else 0
 */
public record PoolRange(long address, long bytes, State state, long stream) {
  /** What a range is used for. */
  public enum State {
    /** Given out. */
    LIVE,
    /** Kept by a stream for its next request of that size. */
    CACHED,
    /** Free for the stream that used it last; for others after its work. */
    PENDING,
    /** Free for all. */
    IDLE,
    /** Addresses without memory. */
    UNMAPPED
  }
}
