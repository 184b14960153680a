package dev.windlass.cuda;

/** A piece of device memory, which one typed memory and its slices share. */
final class Allocation {
  private final DeviceContext context;
  private final long address;
  private final long bytes;
  private final Uses uses = new Uses();
  private volatile boolean closed;

  Allocation(DeviceContext context, long address, long bytes, Lane lane) {
    this.context = context;
    this.address = address;
    this.bytes = bytes;
    uses.add(0, bytes, true, lane); // usable by what comes after it there
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
    return closed;
  }

  /** Notes a use that is about to be queued, after what it has to wait for; with the lock held. */
  void use(long from, long to, boolean write, Lane lane) {
    uses.add(from, to, write, lane);
  }

  void close() {
    Lane last;
    context.order.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      if (!context.healthy()) {
        return;
      }
      context.bind();
      last = uses.last();
      uses.allBefore(last);
    } finally {
      context.order.unlock();
    }
    context.free(this, last);
  }
}
