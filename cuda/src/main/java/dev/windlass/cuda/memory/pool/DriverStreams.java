package dev.windlass.cuda.memory.pool;

import dev.windlass.cuda.driver.CaptureStatus;
import dev.windlass.cuda.driver.CudaDriver;

/** A context's streams and events. */
final class DriverStreams implements StreamOrder {
  private final CudaDriver driver;
  private final long context;

  DriverStreams(CudaDriver driver, long context) {
    this.driver = driver;
    this.context = context;
  }

  @Override
  public void bind() {
    driver.setCurrentContext(context);
  }

  @Override
  public long createEvent() {
    return driver.createEvent(false);
  }

  @Override
  public void destroyEvent(long event) {
    driver.destroyEvent(event);
  }

  @Override
  public void record(long event, long stream) {
    driver.recordEvent(event, stream);
  }

  @Override
  public void waitFor(long stream, long event) {
    driver.streamWaitEvent(stream, event);
  }

  @Override
  public boolean isDone(long event) {
    return driver.isEventDone(event);
  }

  @Override
  public boolean isCapturing(long stream) {
    return stream != 0 && driver.captureStatus(stream) != CaptureStatus.NONE;
  }

  @Override
  public void synchronize() {
    driver.synchronizeContext();
  }
}
