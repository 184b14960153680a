package dev.windlass.cuda.driver;

/**
 * Graphs: work that is captured from streams once and launched often. While a stream is captured,
 * what it is given becomes nodes and does not run. A stream that waits for an event which was
 * recorded in the capture is drawn into it, and has to be joined again, by the same means the other
 * way, before the end.
 */
public interface GraphCalls {
  /** {@code cuStreamBeginCapture}: not of the null stream. */
  void beginCapture(long stream, CaptureMode mode);

  /**
   * {@code cuStreamEndCapture}: on the stream on which it began. Whatever it throws, the capture is
   * over, but for the wrong stream or thread.
   *
   * @return the graph
   */
  long endCapture(long stream);

  /** {@code cuStreamIsCapturing}. */
  CaptureStatus captureStatus(long stream);

  /** {@code cuGraphGetNodes}: how many there are. Waiting for an event is an edge, not a node. */
  long graphNodes(long graph);

  /** {@code cuGraphDestroy}: executables made from it stay. */
  void destroyGraph(long graph);

  /**
   * {@code cuGraphInstantiate}.
   *
   * @return the executable graph
   */
  long instantiate(long graph);

  /**
   * {@code cuGraphExecUpdate}: takes over the parameters of a graph of the same shape. Launches so
   * far keep theirs.
   *
   * @return false if the graph differs too much; then it has to be instantiated
   */
  boolean updateExecutable(long executable, long graph);

  /** {@code cuGraphLaunch}: two launches of one executable run one after the other. */
  void launchGraph(long executable, long stream);

  /** {@code cuGraphExecDestroy}: launches under way go on. */
  void destroyExecutable(long executable);
}
