package dev.windlass.cuda;

/**
 * Memory of a device: so many elements of one primitive type, or a slice of such. Had from {@link
 * DeviceContext#floats} and its like; what is in it at first is anything.
 *
 * <p>Sizes and positions are numbers of elements; only what is called {@code bytes} is in bytes.
 * All arguments are checked before the driver sees an address.
 *
 * <p>A slice shares the memory and the life of what it is cut from: closing that ends it too,
 * closing a slice does nothing.
 */
public abstract sealed class DeviceMemory implements AutoCloseable
    permits ByteMemory, ShortMemory, IntMemory, LongMemory, FloatMemory, DoubleMemory {
  private final Allocation allocation;
  private final long offset;
  private final long bytes;
  private final boolean slice;

  DeviceMemory(Allocation allocation) {
    this.allocation = allocation;
    this.offset = 0;
    this.bytes = allocation.bytes();
    this.slice = false;
  }

  DeviceMemory(DeviceMemory of, long from, long length) {
    if (from < 0 || length < 1 || from > of.length() - length) {
      throw new InvalidUseException(
          "slicing device memory",
          "the slice has %d elements from %d, and the memory %d elements"
              .formatted(length, from, of.length()),
          "Take at least one element, and none past the end");
    }
    this.allocation = of.allocation;
    this.offset = of.offset + from * of.elementBytes();
    this.bytes = length * of.elementBytes();
    this.slice = true;
  }

  /** The size of an element in bytes. */
  abstract int elementBytes();

  /** The number of elements. */
  public final long length() {
    return bytes / elementBytes();
  }

  /** The size in bytes. */
  public final long bytes() {
    return bytes;
  }

  /** The context that it belongs to. */
  public final DeviceContext context() {
    return allocation.context();
  }

  /**
   * Where it is on the device. Work that the caller queues by hand is not seen by the automatic
   * ordering, nor by {@link #close}.
   *
   * @throws InvalidUseException if this is closed
   */
  public final long address() {
    if (allocation.isClosed()) {
      throw new InvalidUseException(
          "using device memory",
          "the memory of %d %s is closed".formatted(length(), elements()),
          "Close memory after its last use");
    }
    return allocation.address() + offset;
  }

  private String elements() {
    return getClass().getSimpleName().replace("Memory", "s").toLowerCase(java.util.Locale.ROOT);
  }

  /**
   * Right before work is queued that reads this: makes the stream wait for earlier writes on other
   * streams, and notes the use. With {@link Stream#begin} before.
   *
   * @throws InvalidUseException if this is closed, or of another context
   */
  final void beforeRead(Stream stream) {
    before(stream, false);
  }

  /** Right before work is queued that writes this, or reads and writes it. */
  final void beforeWrite(Stream stream) {
    before(stream, true);
  }

  private void before(Stream stream, boolean write) {
    address();
    Stream.check(stream, allocation.context(), "using device memory on a stream");
    allocation.use(offset, offset + bytes, write, stream.lane());
  }

  /**
   * Frees the memory once all work is done that uses it, without waiting for that. Closing twice
   * does nothing.
   */
  @Override
  public final void close() {
    if (!slice) {
      allocation.close();
    }
  }
}
