package dev.windlass.cuda.driver;

/** Whether a stream is being captured, with the driver's names; the numbers are the order. */
public enum CaptureStatus {
  NONE,
  ACTIVE,
  /**
   * A call that a capture does not allow was made; the capture can only be ended, with an error.
   */
  INVALIDATED
}
