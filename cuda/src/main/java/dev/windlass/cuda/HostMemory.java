package dev.windlass.cuda;

import dev.windlass.cuda.memory.LeakDetector.Tracked;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Pinned memory of the host: copies between it and a device run on a stream while the host goes on.
 * Had from {@link DeviceContext#hostMemory}; what is in it at first is anything.
 *
 * <p>Copies on different streams are ordered as for {@link DeviceMemory}. The program's own reads
 * and writes are not: before it touches what a copy reads or writes, it waits for the stream.
 *
 * <p>A slice shares the memory and the life of what it is cut from.
 */
public final class HostMemory implements AutoCloseable {
  private final Pinned pinned;
  private final int offset;
  private final int bytes;
  private final HostMemory whole; // a slice keeps it from being taken for lost

  HostMemory(DeviceContext context, ByteBuffer memory, int bytes) {
    this.pinned = new Pinned(context, memory);
    this.offset = 0;
    this.bytes = bytes;
    this.whole = this;
    pinned.watch = context.leaks().track(this, "pinned host memory", pinned::free);
  }

  private HostMemory(HostMemory of, int from, int bytes) {
    this.pinned = of.pinned;
    this.offset = of.offset + from;
    this.bytes = bytes;
    this.whole = of.whole;
  }

  /** The memory itself, without its owner. */
  private static final class Pinned {
    private final DeviceContext context;
    private final ByteBuffer memory;
    private final Uses uses = new Uses(this::isClosed);
    private Tracked watch = () -> true;
    private volatile boolean closed;

    Pinned(DeviceContext context, ByteBuffer memory) {
      this.context = context;
      this.memory = memory;
    }

    boolean isClosed() {
      return closed || context.isClosed();
    }

    void free() {
      context.order.lock();
      try {
        if (isClosed()) {
          return;
        }
        closed = true;
      } finally {
        context.order.unlock();
      }
      context.memory().waitFor(uses);
      context.memory().pinned().giveBack(memory);
    }
  }

  /** The size in bytes. */
  public int bytes() {
    return bytes;
  }

  /** The context that it belongs to. */
  public DeviceContext context() {
    return pinned.context;
  }

  /**
   * The memory as a buffer of its own position and limit, in native byte order. It must not be used
   * after {@link #close}: its bytes then belong to others.
   *
   * @throws InvalidUseException if this is closed
   */
  public ByteBuffer buffer() {
    if (pinned.isClosed()) {
      throw new InvalidUseException(
          "using pinned host memory",
          "the memory of " + bytes + " bytes is closed",
          "Close memory after its last use");
    }
    return pinned.memory.slice(offset, bytes).order(ByteOrder.nativeOrder());
  }

  /**
   * A part of this.
   *
   * @param from the first byte
   * @param length the number of bytes
   * @throws InvalidUseException if the part is empty or goes past the end
   */
  public HostMemory slice(int from, int length) {
    if (from < 0 || length < 1 || from > bytes - length) {
      throw new InvalidUseException(
          "slicing pinned host memory",
          "the slice has %d bytes from %d, and the memory %d bytes".formatted(length, from, bytes),
          "Take at least one byte, and none past the end");
    }
    return new HostMemory(this, from, length);
  }

  /** Right before a copy is queued that reads this, or writes it. */
  void before(Lane lane, boolean write) {
    pinned.uses.add(offset, (long) offset + bytes, write, lane);
  }

  /** Frees the memory, after it has waited for the copies that use it. Twice does nothing. */
  @Override
  public void close() {
    if (whole == this && pinned.watch.closed()) {
      pinned.free();
    }
  }
}
