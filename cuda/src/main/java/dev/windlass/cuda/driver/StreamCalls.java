package dev.windlass.cuda.driver;

/** Streams, which run work in order, and events, which order them among each other. */
public interface StreamCalls {
  /** {@code cuStreamCreate} of a stream that does not wait for the null stream. */
  long createStream();

  /**
   * {@code cuStreamCreateWithPriority}, as {@link #createStream()}.
   *
   * @param priority lower numbers are served first; one out of the range is brought into it
   */
  long createStream(int priority);

  /** {@code cuStreamGetPriority}. */
  int streamPriority(long stream);

  /**
   * {@code cuCtxGetStreamPriorityRange} of the current context.
   *
   * @param leastAndGreatest takes the two numbers, of which the second is the lower one; both 0
   *     where the device knows no priorities
   */
  void streamPriorityRange(int[] leastAndGreatest);

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

  /**
   * {@code cuEventCreate}, as {@link #createEvent(boolean)}.
   *
   * @param blocking whether a thread in {@link #synchronizeEvent} sleeps, instead of asking again
   *     and again
   */
  long createEvent(boolean timing, boolean blocking);

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

  /**
   * {@code cuLaunchHostFunc}: runs it after the stream's work so far, on a thread of the driver;
   * the stream's later work waits for it, so it shall be short. It must make no CUDA call (error
   * 800), nor wait for anything that one is needed for. What it throws goes to the handler of
   * uncaught exceptions. It is never run if the context is lost before its turn. While the stream
   * is captured it becomes a node, runs at each launch of the graph, and is kept for the life of
   * the process.
   */
  void launchHostFunction(long stream, Runnable function);
}
