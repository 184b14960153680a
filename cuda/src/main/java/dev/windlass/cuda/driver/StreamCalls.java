package dev.windlass.cuda.driver;

/** Streams, which run work in order, and events, which order them among each other. */
public interface StreamCalls {
  /** {@code cuStreamCreate} of a stream that does not wait for the null stream. */
  long createStream();

  /** {@code cuStreamDestroy}: its work goes on, its handle is dead at once. */
  void destroyStream(long stream);

  /** {@code cuStreamSynchronize}. */
  void synchronizeStream(long stream);

  /** {@code cuStreamQuery}: whether all its work is done. */
  boolean isStreamDone(long stream);

  /**
   * {@code cuStreamWaitEvent}: later work of the stream waits for what the event stands for now. An
   * event that was never recorded stands for nothing.
   */
  void streamWaitEvent(long stream, long event);

  /**
   * {@code cuEventCreate}.
   *
   * @param timing whether {@link #elapsedMillis} shall work; costs a little per record
   */
  long createEvent(boolean timing);

  /** {@code cuEventDestroy}: streams that wait for it still get what they wait for. */
  void destroyEvent(long event);

  /** {@code cuEventRecord}: the event now stands for all work that the stream has so far. */
  void recordEvent(long event, long stream);

  /** {@code cuEventQuery}: whether that work is done. */
  boolean isEventDone(long event);

  /** {@code cuEventSynchronize}. */
  void synchronizeEvent(long event);

  /** {@code cuEventElapsedTime}: from one event to the other, both with timing and done. */
  float elapsedMillis(long from, long to);
}
