package dev.windlass.cuda.driver;

/** Primary contexts: one per device and process, shared with every other library in it. */
public interface ContextCalls {
  /** {@code cuDevicePrimaryCtxRetain}: each call wants one {@link #releasePrimaryContext}. */
  long retainPrimaryContext(int device);

  /** {@code cuDevicePrimaryCtxRelease}: the last release frees all that lives in the context. */
  void releasePrimaryContext(int device);

  /**
   * {@code cuCtxSetCurrent}: for the calling thread.
   *
   * @param context 0 for none
   */
  void setCurrentContext(long context);

  /** {@code cuCtxGetCurrent}: of the calling thread; 0 if it has none. */
  long currentContext();

  /** {@code cuCtxGetDevice}: of the current context. */
  int contextDevice();

  /** {@code cuCtxSynchronize}: waits until all work of the current context is done. */
  void synchronizeContext();
}
