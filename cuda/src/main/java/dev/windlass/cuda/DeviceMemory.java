package dev.windlass.cuda;

import dev.windlass.cuda.driver.CudaDriver;
import dev.windlass.cuda.driver.CudaException;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Memory of a device: so many elements of one primitive type, or a slice of such. Had from {@link
 * DeviceContext#floats} and its like; what is in it at first is anything.
 *
 * <p>Sizes and positions are numbers of elements; only what is called {@code bytes} is in bytes.
 * All arguments are checked before the driver sees an address.
 *
 * <p><b>Copies and fills.</b> With a stream they are queued on it and come in its order; without
 * one they are done when the call returns. An array or a buffer that is copied from may be changed
 * as soon as the call returns; one that is copied to holds the content when the call returns, also
 * with a stream. Only copies from and to {@link HostMemory} go on while the program does. What is
 * copied from or to may be shorter than this memory; then it is the first elements. Of a buffer it
 * is the elements between position and limit, and neither is moved.
 *
 * <p><b>Order.</b> Each use waits, on the device, for earlier uses on other streams that it
 * conflicts with (see {@link Ordering}).
 *
 * <p><b>Threads.</b> Safe for use by many threads; what they do to the same memory at the same time
 * comes in any order. A copy of more than 2 MiB from or to an array is queued in parts.
 *
 * <p>A slice shares the memory and the life of what it is cut from: closing that ends it too,
 * closing a slice does nothing.
 */
public abstract sealed class DeviceMemory implements AutoCloseable
    permits ByteMemory, ShortMemory, IntMemory, LongMemory, FloatMemory, DoubleMemory {
  private final Allocation allocation;
  private final long offset;
  private final long bytes;
  private final DeviceMemory whole; // a slice keeps it from being taken for lost

  DeviceMemory(Allocation allocation) {
    this.allocation = allocation;
    this.offset = 0;
    this.bytes = allocation.bytes();
    this.whole = this;
    allocation.ownedBy(this);
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
    this.whole = of.whole;
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

  /** What the elements are called. */
  final String elements() {
    return getClass().getSimpleName().replace("Memory", "s").toLowerCase(Locale.ROOT);
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

  /** As {@link #beforeWrite(Stream)}, for the first bytes only. */
  final void beforeWrite(Stream stream, long length) {
    address();
    use(0, length, true, stream);
  }

  private void before(Stream stream, boolean write) {
    address();
    Stream.check(stream, allocation.context(), "using device memory on a stream");
    use(0, bytes, write, stream);
  }

  /**
   * Frees the memory once all work is done that uses it, without waiting for that. Closing twice
   * does nothing.
   */
  @Override
  public final void close() {
    if (whole == this) {
      allocation.close();
    }
  }

  /**
   * Copies from pinned memory: on the stream, after this returns.
   *
   * @throws InvalidUseException if it does not fit, or something is closed or of another context
   */
  public final void copyFrom(HostMemory from, Stream stream) {
    copy(from, stream, true);
  }

  /** Copies from pinned memory; done when this returns. */
  public final void copyFrom(HostMemory from) {
    copy(from, context().defaultStream(), true);
    context().defaultStream().synchronize();
  }

  /**
   * Copies to pinned memory, as many bytes as that has: on the stream, after this returns.
   *
   * @throws InvalidUseException if it does not fit, or something is closed or of another context
   */
  public final void copyTo(HostMemory to, Stream stream) {
    copy(to, stream, false);
  }

  /** Copies to pinned memory, as many bytes as that has; done when this returns. */
  public final void copyTo(HostMemory to) {
    copy(to, context().defaultStream(), false);
    context().defaultStream().synchronize();
  }

  private void copy(HostMemory host, Stream stream, boolean toDevice) {
    String doing =
        "copying " + (toDevice ? "pinned host memory to " : "to pinned host memory from ");
    Stream.check(stream, context(), doing + elements());
    if (host.bytes() > bytes) {
      throw tooLarge(doing + elements(), "the pinned memory has", host.bytes(), "bytes", bytes);
    }
    if (host.context() != context()) {
      throw new InvalidUseException(
          doing + elements(),
          "the pinned memory belongs to another context",
          "Make it with hostMemory() of the context that the device memory is of");
    }
    stream.begin("cuMemcpyAsync");
    try {
      ByteBuffer buffer = host.buffer();
      long address = address();
      use(0, host.bytes(), toDevice, stream);
      host.before(stream.lane(), !toDevice);
      if (toDevice) {
        driver().copyToDeviceAsync(address, buffer, stream.handle());
      } else {
        driver().copyToHostAsync(buffer, address, stream.handle());
      }
    } catch (CudaException e) {
      throw context().failed(e);
    } finally {
      stream.end();
    }
  }

  /** Copies so many elements from the host; without a stream, waits for the copy. */
  final void upload(int count, @Nullable Stream on, HostCopy.Part part) {
    String doing = "copying to " + elements();
    Stream stream = ready(doing, count, on);
    new HostCopy(this, stream, (long) count * elementBytes(), part).upload(doing, on == null);
  }

  /** Copies so many elements to the host, and waits for them. */
  final void download(int count, @Nullable Stream on, HostCopy.Part part) {
    String doing = "copying from " + elements();
    Stream stream = ready(doing, count, on);
    new HostCopy(this, stream, (long) count * elementBytes(), part).download(doing);
  }

  /** The stream of a copy, after all is checked that can be before it is queued. */
  private Stream ready(String doing, long count, @Nullable Stream on) {
    Stream stream = on == null ? context().defaultStream() : on;
    Stream.check(stream, context(), doing);
    context().check("cuMemcpyAsync");
    address();
    stream.handle();
    if (count > length()) {
      throw tooLarge(doing, "the array or buffer has", count, elements(), length());
    }
    return stream;
  }

  /** Copies all of another memory of the same type to the first elements. */
  final void copyOnDevice(DeviceMemory from, @Nullable Stream on) {
    String doing = "copying " + from.elements() + " on the device";
    Stream stream = ready(doing, from.length(), on);
    if (from.allocation == allocation
        && from.offset < offset + from.bytes
        && offset < from.offset + from.bytes) {
      throw new InvalidUseException(
          doing,
          "the two overlap: %d elements from byte %d to byte %d of the same memory"
              .formatted(from.length(), from.offset, offset),
          "Copy through other memory");
    }
    if (from.context() == context()) {
      stream.begin("cuMemcpyDtoDAsync");
      try {
        long source = from.address();
        long target = address();
        from.use(0, from.bytes, false, stream);
        use(0, from.bytes, true, stream);
        driver().copyOnDeviceAsync(target, source, from.bytes, stream.handle());
      } catch (CudaException e) {
        throw context().failed(e);
      } finally {
        stream.end();
      }
    } else {
      BetweenContexts.copy(from, this, stream);
    }
    if (on == null) {
      stream.synchronize();
    }
  }

  /**
   * Fills all elements.
   *
   * @param bits the value of one, in its lowest bits
   */
  final void fillWith(long bits, @Nullable Stream on) {
    Stream stream = ready("filling " + elements(), length(), on);
    int size = elementBytes();
    long mask = size == 8 ? -1 : (1L << (8 * size)) - 1;
    boolean bytesAreSame = (bits & mask) == (((bits & 0xff) * 0x0101010101010101L) & mask);
    boolean intsAreSame = size == 4 || (size == 8 && (int) (bits >>> 32) == (int) bits);
    if (!bytesAreSame && !intsAreSame) {
      fillByCopies(bits, stream);
    } else {
      stream.begin("cuMemsetAsync");
      try {
        long address = address();
        use(0, bytes, true, stream);
        if (bytesAreSame) {
          driver().fillBytesAsync(address, (byte) bits, bytes, stream.handle());
        } else {
          driver().fillIntsAsync(address, (int) bits, bytes / 4, stream.handle());
        }
      } catch (CudaException e) {
        throw context().failed(e);
      } finally {
        stream.end();
      }
    }
    if (on == null) {
      stream.synchronize();
    }
  }

  /** The driver fills with one or four bytes; the rest is doubled from a first piece. */
  private void fillByCopies(long bits, Stream stream) {
    int size = elementBytes();
    int first = (int) Math.min(length(), Staging.SMALL / size);
    upload(
        first,
        stream,
        (piece, from, count) -> {
          for (int i = 0; i < count; i++) {
            if (size == 8) {
              piece.putLong(8 * i, bits);
            } else {
              piece.putShort(2 * i, (short) bits);
            }
          }
        });
    stream.begin("cuMemcpyDtoDAsync");
    try {
      long address = address();
      use(0, bytes, true, stream);
      for (long done = (long) first * size; done < bytes; done *= 2) {
        long n = Math.min(done, bytes - done);
        driver().copyOnDeviceAsync(address + done, address, n, stream.handle());
      }
    } catch (CudaException e) {
      throw context().failed(e);
    } finally {
      stream.end();
    }
  }

  /** The stream of a call that names one. */
  final Stream given(@Nullable Stream stream) {
    return Stream.check(stream, context(), "copying or filling " + elements());
  }

  final int arrayLength() {
    if (length() > Integer.MAX_VALUE - 8) {
      throw new InvalidUseException(
          "copying to an array",
          "the memory has %d %s, more than an array can hold".formatted(length(), elements()),
          "Copy slices of it");
    }
    return (int) length();
  }

  static void mustBeWritable(Buffer to) {
    if (to.isReadOnly()) {
      throw new InvalidUseException(
          "copying to a buffer", "the buffer is read-only", "Use one that can be written");
    }
  }

  private static InvalidUseException tooLarge(
      String doing, String who, long count, String what, long room) {
    return new InvalidUseException(
        doing,
        "%s %d %s, %d more than the memory's %d".formatted(who, count, what, count - room, room),
        "Copy a part, or a slice");
  }

  private CudaDriver driver() {
    return context().driver();
  }

  /** Notes a use of some of the bytes, with {@link Stream#begin} before. */
  final void use(long from, long length, boolean write, Stream stream) {
    allocation.use(offset + from, offset + from + length, write, stream.lane());
  }
}
