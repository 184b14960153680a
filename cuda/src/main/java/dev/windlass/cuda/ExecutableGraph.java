package dev.windlass.cuda;

import dev.windlass.cuda.driver.CudaException;
import java.util.List;

/**
 * A graph that can be launched. Had from {@link Graph#instantiate}. Two launches of the same one
 * run one after the other, whatever their streams. Safe for use by many threads.
 */
public final class ExecutableGraph implements AutoCloseable {
  private final DeviceContext context;
  private final Handle handle;
  private List<Capture.Use> uses; // guarded by the lock of the context

  ExecutableGraph(DeviceContext context, long executable, List<Capture.Use> uses) {
    this.context = context;
    this.uses = uses;
    this.handle =
        new Handle(
            context, this, "executable graph", executable, context.driver()::destroyExecutable);
  }

  /**
   * Queues all of its work on a stream. For the order among streams it is one use of all memory
   * that the work uses.
   *
   * @throws InvalidUseException if this, the stream, or some of that memory or code is closed
   */
  public void launch(Stream stream) {
    Stream.check(stream, context, "launching a graph");
    stream.begin("cuGraphLaunch");
    try {
      long executable = handle.value();
      for (Capture.Use use : uses) {
        if (use.memory().isClosed()) {
          throw new InvalidUseException(
              "launching a graph",
              "memory or code that its work uses is closed",
              "Keep both open as long as the graph, or capture it anew and update");
        }
      }
      for (Capture.Use use : uses) {
        use.memory().add(use.from(), use.to(), use.write(), stream.lane());
      }
      context.driver().launchGraph(executable, stream.lane().handle);
    } catch (CudaException e) {
      throw context.failed(e);
    } finally {
      stream.end();
    }
  }

  /**
   * Takes over the work of another graph that has the same shape: the same pieces of work of the
   * same kinds, with other memory, sizes or values. Costs much less than to instantiate that. Work
   * that was launched before is as it was.
   *
   * @return false, and nothing has changed, if the other graph has another shape
   */
  public boolean update(Graph other) {
    if (other.context() != context) {
      throw new InvalidUseException(
          "updating a graph",
          "the other graph is of another context",
          "Capture it on a stream of the same context");
    }
    context.order.lock();
    try {
      context.check("cuGraphExecUpdate");
      long executable = handle.value();
      context.bind();
      boolean updated = context.driver().updateExecutable(executable, other.handle());
      if (updated) {
        uses = other.uses();
      }
      return updated;
    } catch (CudaException e) {
      throw context.failed(e);
    } finally {
      context.order.unlock();
    }
  }

  /** Closes it; launches under way go on. Twice does nothing. */
  @Override
  public void close() {
    handle.close();
  }
}
