package dev.windlass.cuda;

import dev.windlass.cuda.driver.CudaDriver;
import dev.windlass.cuda.driver.CudaException;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * Work that was captured from a stream, to be launched as often as wanted with one call. Had from
 * {@link Stream#capture}.
 *
 * <p>A graph refers to the memory that its work uses; once that is closed, a launch is refused.
 * Safe for use by many threads.
 */
public final class Graph implements AutoCloseable {
  private final DeviceContext context;
  private final List<Capture.Use> uses;
  private final Handle handle;

  Graph(DeviceContext context, long graph, List<Capture.Use> uses) {
    this.context = context;
    this.uses = uses;
    this.handle = new Handle(context, this, "graph", graph, context.driver()::destroyGraph);
  }

  /** How many pieces of work it has. */
  public long nodes() {
    return locked("cuGraphGetNodes", d -> d.graphNodes(handle.value()));
  }

  /**
   * Makes it ready for launches, which takes about as long as some hundred of them.
   *
   * @throws CudaException if the driver fails
   */
  public ExecutableGraph instantiate() {
    long executable = locked("cuGraphInstantiate", d -> d.instantiate(handle.value()));
    return new ExecutableGraph(context, executable, uses);
  }

  /** With the lock, so that nobody closes the graph meanwhile. */
  private long locked(String name, ToLongFunction<CudaDriver> call) {
    context.order.lock();
    try {
      return context.call(name, call);
    } finally {
      context.order.unlock();
    }
  }

  List<Capture.Use> uses() {
    return uses;
  }

  long handle() {
    return handle.value();
  }

  DeviceContext context() {
    return context;
  }

  /** Closes the graph. What was instantiated from it stays. Twice does nothing. */
  @Override
  public void close() {
    handle.close();
  }
}
