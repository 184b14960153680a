package dev.windlass.cuda.memory.pool;

/**
 * Order among streams, as a pool needs it. A call that fails throws a {@link
 * dev.windlass.cuda.driver.CudaException} and has done nothing.
 */
public interface StreamOrder {
  /**
   * Makes the other calls possible on this thread: one of the pool's own, or a virtual one that
   * waited for a lock and has gone on elsewhere.
   */
  void bind();

  /** Makes an event. */
  long createEvent();

  /** Ends an event. */
  void destroyEvent(long event);

  /** The event stands for all work that the stream has now. */
  void record(long event, long stream);

  /** Later work of the stream waits for what the event stands for. The caller does not. */
  void waitFor(long stream, long event);

  /** Whether what the event stands for is done. */
  boolean isDone(long event);

  /**
   * Whether the stream's work is recorded for a graph at the moment, and not run. Then it has no
   * tail to follow, and must not wait for others.
   */
  default boolean isCapturing(long stream) {
    return false;
  }

  /** Waits until all work of the device is done. */
  void synchronize();
}
