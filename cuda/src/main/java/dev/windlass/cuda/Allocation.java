package dev.windlass.cuda;

import dev.windlass.cuda.driver.CudaException;
import dev.windlass.cuda.memory.LeakDetector.Tracked;

/** A piece of device memory, which one typed memory and its slices share. */
final class Allocation {
  private final DeviceContext context;
  private final long address;
  private final long bytes;
  private final Uses uses = new Uses(this::isClosed);
  private Tracked watch = () -> true;
  private volatile boolean closed;

  /** Memory that work of the lane may use from now on. */
  Allocation(DeviceContext context, long address, long bytes, Lane lane) {
    this.context = context;
    this.address = address;
    this.bytes = bytes;
    uses.first(bytes, lane);
  }

  DeviceContext context() {
    return context;
  }

  long address() {
    return address;
  }

  long bytes() {
    return bytes;
  }

  boolean isClosed() {
    return closed || context.isClosed();
  }

  /** Has the memory freed should its owner be lost unclosed. */
  void ownedBy(DeviceMemory owner) {
    watch = context.leaks().track(owner, "device memory", bytes, this::free);
  }

  /** Notes a use that is about to be queued, after what it has to wait for; with the lock held. */
  void use(long from, long to, boolean write, Lane lane) {
    uses.add(from, to, write, lane);
  }

  void close() {
    if (watch.closed()) {
      free();
    }
  }

  /** Frees the memory in the order of the stream that used it last, which waits for the others. */
  private void free() {
    context.order.lock();
    try {
      if (isClosed()) {
        return;
      }
      closed = true;
      if (context.healthy()) {
        Lane last = uses.last();
        Lane lane = last.isClosed() || last.capture() != null ? context.defaultLane() : last;
        context.bind();
        uses.allBefore(lane);
        context.memory().allocator().free(address, bytes, lane.handle);
      }
    } catch (CudaException e) {
      throw context.failed(e);
    } finally {
      context.order.unlock();
    }
  }
}
