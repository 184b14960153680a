package dev.windlass.cuda;

/** Who takes care that work on different streams comes in the right order. */
public enum Ordering {
  /**
   * The context: before work is queued on a stream, the stream waits, on the device, for what other
   * streams were given earlier that the work conflicts with. Two uses of memory conflict if they
   * overlap and one of them writes.
   */
  AUTOMATIC,

  /** The program, with events. Closing memory still waits for every stream that used it. */
  MANUAL
}
