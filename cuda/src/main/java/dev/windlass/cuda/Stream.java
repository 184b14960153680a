package dev.windlass.cuda;

import dev.windlass.cuda.driver.CudaException;
import dev.windlass.cuda.memory.LeakDetector.Tracked;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A queue of work for a device. What is queued on it runs in order, after the call that queued it
 * has returned, and beside the work of other streams. Had from {@link DeviceContext#newStream}.
 *
 * <p>Safe for use by many threads.
 */
public final class Stream implements AutoCloseable {
  private final DeviceContext context;
  private final Lane lane;
  private Tracked watch = () -> true;

  Stream(DeviceContext context, Lane lane) {
    this.context = context;
    this.lane = lane;
  }

  /** Has the stream closed should it be lost unclosed. */
  Stream watched() {
    Lanes lanes = context.lanes();
    Lane behind = lane; // what closes a lost stream must not refer to it
    watch = context.leaks().track(this, "stream", () -> lanes.close(behind));
    return this;
  }

  /** The context that it belongs to. */
  public DeviceContext context() {
    return context;
  }

  Lane lane() {
    return lane;
  }

  /**
   * The driver's handle.
   *
   * @throws InvalidUseException if this is closed
   */
  public long handle() {
    if (lane.isClosed()) {
      throw closed("using a stream");
    }
    return lane.handle;
  }

  /**
   * Before work is queued: takes the context's lock and makes the context current. Then come {@link
   * DeviceMemory#beforeRead} and {@link DeviceMemory#beforeWrite}, one call of the driver that
   * queues the work and does not wait for the device, and in any case {@link #end}.
   *
   * <pre>{@code
   * stream.begin("cuLaunchKernel");
   * try {
   *   x.beforeRead(stream);
   *   y.beforeWrite(stream);
   *   driver.launch(...);
   * } catch (CudaException e) {
   *   throw stream.context().failed(e);
   * } finally {
   *   stream.end();
   * }
   * }</pre>
   *
   * @param call the driver's name of the call, for messages
   */
  void begin(String call) {
    context.order.lock();
    boolean ready = false;
    try {
      context.check(call);
      if (lane.isClosed()) {
        throw closed("calling " + call);
      }
      context.bind();
      ready = true;
    } finally {
      if (!ready) {
        context.order.unlock();
      }
    }
  }

  void end() {
    context.order.unlock();
  }

  /** A stream that is given, and of this context. */
  static Stream check(@Nullable Stream stream, DeviceContext context, String doing) {
    if (stream == null) {
      throw new InvalidUseException(
          doing, "the stream is null", "Make a stream with newStream() of the context");
    }
    if (stream.context != context) {
      throw new InvalidUseException(
          doing,
          "the stream belongs to another context, of device " + stream.context.device().index(),
          "Use a stream of the context that the memory is of");
    }
    return stream;
  }

  /** For what needs a stream that is open and not captured. */
  void mustBeUsable(String doing, String whyNotInACapture) {
    handle();
    mustNotCapture(doing, whyNotInACapture);
  }

  /** For what cannot be in a graph, with {@link #begin} before. */
  void mustNotCapture(String doing, String why) {
    if (lane.capture() != null) {
      throw captured(doing, why);
    }
  }

  private static InvalidUseException captured(String doing, String why) {
    return new InvalidUseException(
        doing,
        "the stream is being captured, and " + why,
        "Do it before or after the capture, or on another stream");
  }

  /**
   * Captures what is queued on this stream while an action runs, by this thread and others; nothing
   * of it runs. The action may queue copies from and to {@link HostMemory} and device memory,
   * fills, launches and graphs. What it does on other streams, or on none, is done at once.
   *
   * @return the graph of that work, to be closed
   * @throws InvalidUseException from the action, if it does what a graph cannot have: copies from
   *     or to arrays and buffers, events, waits, allocations on this stream
   */
  public Graph capture(Runnable action) {
    begin("cuStreamBeginCapture");
    try {
      if (!lane.closeToAllocations()) {
        throw captured("capturing a stream", "that is not over yet");
      }
    } finally {
      end();
    }
    Capture capture;
    boolean done = false;
    long graph = 0;
    try {
      lane.awaitOthers();
      begin("cuStreamBeginCapture");
      while (lane.isHeld()) { // by one who came to wait between
        end();
        lane.awaitOthers();
        begin("cuStreamBeginCapture");
      }
      try {
        capture = context.lanes().beginCapture(lane);
      } catch (CudaException e) {
        throw context.failed(e);
      } finally {
        end();
      }
      try {
        action.run();
        done = true;
      } finally {
        graph = endCapture(done);
      }
    } finally {
      context.lanes().endCapture(lane);
    }
    return new Graph(context, graph, capture.uses());
  }

  /** Ends the driver's capture; of one that failed there is no graph. */
  private long endCapture(boolean wanted) {
    try {
      context.bind();
      long graph = context.driver().endCapture(lane.handle);
      if (!wanted) {
        context.driver().destroyGraph(graph);
      }
      return graph;
    } catch (CudaException e) {
      if (wanted) {
        throw context.failed(e);
      }
      context.failed(e);
      return 0;
    }
  }

  /**
   * A stage that is completed when all work is done that was queued so far, and exceptionally if
   * the context is lost before. What depends on it runs on threads of the common pool.
   */
  public CompletionStage<Void> onDone() {
    begin("cuLaunchHostFunc");
    try {
      mustNotCapture("asking when a stream is done", "its work does not run yet");
      return context.completions().at(lane).minimalCompletionStage();
    } catch (CudaException e) {
      throw context.failed(e);
    } finally {
      end();
    }
  }

  private static InvalidUseException closed(String doing) {
    return new InvalidUseException(
        doing, "the stream is closed", "Close a stream after its last use");
  }

  /**
   * Marks this point of the stream: the event is done when all work is done that was queued before.
   */
  public Event record() {
    begin("cuEventRecord");
    try {
      mustNotCapture("recording an event", "the event would not come");
      long event = context.driver().createEvent(true);
      context.driver().recordEvent(event, lane.handle);
      return new Event(lane, event, lane.nextEpoch(), lane.seen());
    } catch (CudaException e) {
      throw context.failed(e);
    } finally {
      end();
    }
  }

  /**
   * Makes work that is queued from now on wait for an event, on the device. The host does not wait.
   *
   * @param event of any context
   */
  public void waitFor(Event event) {
    begin("cuStreamWaitEvent");
    try {
      mustNotCapture("waiting for an event", "other work is not part of the graph");
      context.driver().streamWaitEvent(lane.handle, event.handle());
      if (event.context() == context) {
        event.seenBy(lane);
      }
    } catch (CudaException e) {
      throw context.failed(e);
    } finally {
      end();
    }
  }

  /**
   * Makes work that is queued from now on wait for what another stream has so far, on the device.
   *
   * @param other of any context
   */
  public void waitFor(Stream other) {
    if (other.context != context) {
      try (Event event = other.record()) {
        waitFor(event);
      }
      return;
    }
    other.handle();
    begin("cuStreamWaitEvent");
    try {
      mustNotCapture("waiting for an event", "other work is not part of the graph");
      other.mustNotCapture("waiting for a stream", "its work does not run yet");
      lane.waitFor(other.lane, other.lane.epoch());
    } catch (CudaException e) {
      throw context.failed(e);
    } finally {
      end();
    }
  }

  /** Whether all work that was queued so far is done. */
  public boolean isDone() {
    begin("cuStreamQuery");
    try {
      mustNotCapture("asking whether a stream is done", "its work does not run yet");
      return context.driver().isStreamDone(lane.handle);
    } catch (CudaException e) {
      throw context.failed(e);
    } finally {
      end();
    }
  }

  /**
   * Waits until all work that was queued so far is done.
   *
   * @throws CudaException if it failed
   */
  public void synchronize() {
    long upTo;
    begin("cuStreamSynchronize");
    try {
      mustNotCapture("waiting for a stream", "its work does not run yet");
      lane.holdToWait();
      upTo = lane.nextEpoch();
    } finally {
      end();
    }
    try {
      context.bind();
      context.driver().synchronizeStream(lane.handle);
      context.lanes().isDoneBelow(lane, upTo);
    } catch (CudaException e) {
      throw context.failed(e);
    } finally {
      lane.release();
    }
  }

  /**
   * Closes the stream. Its work goes on; this does not wait for it. Twice does nothing.
   *
   * @throws InvalidUseException if the stream is being captured
   */
  @Override
  public void close() {
    mustNotCapture("closing a stream", "the capture has to end first");
    if (watch.closed()) {
      context.lanes().close(lane);
    }
  }
}
