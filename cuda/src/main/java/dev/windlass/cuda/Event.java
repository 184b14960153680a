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

  int users() {
    return handle.users();
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
    context().order.lock();
    try {
      long event = handle.value();
      context().check("cuEventQuery");
      context().bind();
      boolean done = context().driver().isEventDone(event);
      if (done) {
        noteDone();
      }
      return done;
    } catch (CudaException e) {
      throw context().failed(e);
    } finally {
      context().order.unlock();
    }
  }

  /**
   * Waits until the work is done.
   *
   * @throws CudaException if it failed
   */
  public void synchronize() {
    long event = handle.hold();
    try {
      context().check("cuEventSynchronize");
      context().bind();
      context().driver().synchronizeEvent(event);
      noteDone();
    } catch (CudaException e) {
      throw context().failed(e);
    } finally {
      handle.release();
    }
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
    long from = start.handle.hold();
    try {
      context().order.lock();
      try {
        context().bind();
        float millis = context().driver().elapsedMillis(from, handle());
        return Duration.ofNanos(Math.round(millis * 1e6));
      } catch (CudaException e) {
        throw context().failed(e);
      } finally {
        context().order.unlock();
      }
    } finally {
      start.handle.release();
    }
  }

  /** Closes the event. Streams that wait for it still do. Twice does nothing. */
  @Override
  public void close() {
    handle.close();
  }
}
