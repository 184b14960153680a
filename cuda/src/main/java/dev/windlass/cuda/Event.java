package dev.windlass.cuda;

import dev.windlass.cuda.driver.CudaException;
import java.time.Duration;

/**
 * A mark in a stream: done when all work is done that was queued on the stream before it. Had from
 * {@link Stream#record}. Safe for use by many threads.
 */
public final class Event implements AutoCloseable {
  private final Lane lane;
  private final long number;
  private final long[] seen;
  private final Handle handle;

  /**
   * An event that was just recorded.
   *
   * @param number the lane's epoch that the record began
   * @param seen what the lane had waited for by then
   */
  Event(Lane lane, long event, long number, long[] seen) {
    this.lane = lane;
    this.number = number;
    this.seen = seen;
    this.handle =
        new Handle(lane.context, this, "event", event, lane.context.driver()::destroyEvent);
  }

  /** The driver's handle; fails if this is closed. */
  long handle() {
    return handle.value();
  }

  DeviceContext context() {
    return lane.context;
  }

  /** Notes that a lane of the same context waits for this. */
  void seenBy(Lane other) {
    if (other != lane) {
      other.hasSeen(lane, number, seen);
    }
  }

  /**
   * Whether the work is done.
   *
   * @throws CudaException if it failed
   */
  public boolean isDone() {
    long event = handle.value();
    context().check("cuEventQuery");
    context().bind();
    try {
      boolean done = context().driver().isEventDone(event);
      if (done) {
        noteDone();
      }
      return done;
    } catch (CudaException e) {
      throw context().failed(e);
    }
  }

  /**
   * Waits until the work is done.
   *
   * @throws CudaException if it failed
   */
  public void synchronize() {
    long event = handle.value();
    context().check("cuEventSynchronize");
    context().bind();
    try {
      context().driver().synchronizeEvent(event);
    } catch (CudaException e) {
      throw context().failed(e);
    }
    noteDone();
  }

  private void noteDone() {
    context().lanes().isDoneBelow(lane, number);
  }

  /**
   * The time that the device took from another event to this one, to about half a microsecond.
   * Waits for both. Negative if this one came first.
   *
   * @param start an event of the same device
   */
  public Duration elapsedSince(Event start) {
    start.synchronize();
    synchronize();
    context().bind();
    try {
      float millis = context().driver().elapsedMillis(start.handle(), handle());
      return Duration.ofNanos(Math.round(millis * 1e6));
    } catch (CudaException e) {
      throw context().failed(e);
    }
  }

  /** Closes the event. Streams that wait for it still do. Twice does nothing. */
  @Override
  public void close() {
    handle.close();
  }
}
