package dev.windlass.cuda;

import java.nio.LongBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Device memory for longs. Copies, fills and slices are described at {@link DeviceMemory}; each
 * throws {@link InvalidUseException} if it does not fit, or if something is closed or of another
 * context.
 */
public final class LongMemory extends DeviceMemory {
  LongMemory(Allocation allocation) {
    super(allocation);
  }

  private LongMemory(LongMemory of, long from, long length) {
    super(of, from, length);
  }

  @Override
  int elementBytes() {
    return Long.BYTES;
  }

  /**
   * A part of this, which is used like any other memory.
   *
   * @param from the first element
   * @param length the number of elements
   * @throws InvalidUseException if the part is empty or goes past the end
   */
  public LongMemory slice(long from, long length) {
    return new LongMemory(this, from, length);
  }

  /** Copies all of an array to the first elements; done when this returns. */
  public void copyFrom(long[] from) {
    upload(LongBuffer.wrap(from), null);
  }

  /** Copies all of an array to the first elements, on a stream. */
  public void copyFrom(long[] from, Stream stream) {
    upload(LongBuffer.wrap(from), given(stream));
  }

  /** Copies what a buffer has between position and limit; done when this returns. */
  public void copyFrom(LongBuffer from) {
    upload(from, null);
  }

  /** Copies what a buffer has between position and limit, on a stream. */
  public void copyFrom(LongBuffer from, Stream stream) {
    upload(from, given(stream));
  }

  /** Fills all of an array with the first elements. */
  public void copyTo(long[] to) {
    download(LongBuffer.wrap(to), null);
  }

  /** Fills all of an array with the first elements, as they are at this point of a stream. */
  public void copyTo(long[] to, Stream stream) {
    download(LongBuffer.wrap(to), given(stream));
  }

  /** Fills a buffer from its position to its limit. */
  public void copyTo(LongBuffer to) {
    download(to, null);
  }

  /** Fills a buffer from its position to its limit, with what is here at this point of a stream. */
  public void copyTo(LongBuffer to, Stream stream) {
    download(to, given(stream));
  }

  /** Copies all of another memory to the first elements; done when this returns. */
  public void copyFrom(LongMemory from) {
    copyOnDevice(from, null);
  }

  /** Copies all of another memory to the first elements, on a stream. */
  public void copyFrom(LongMemory from, Stream stream) {
    copyOnDevice(from, given(stream));
  }

  /** Sets every element; done when this returns. */
  public void fill(long value) {
    fillWith(value, null);
  }

  /** Sets every element, on a stream. */
  public void fill(long value, Stream stream) {
    fillWith(value, given(stream));
  }

  /**
   * All elements in a new array.
   *
   * @throws InvalidUseException also if there are more than an array can hold
   */
  public long[] toArray() {
    long[] array = new long[arrayLength()];
    copyTo(array);
    return array;
  }

  private void upload(LongBuffer from, @Nullable Stream stream) {
    int start = from.position();
    upload(
        from.remaining(),
        stream,
        (piece, at, count) -> piece.asLongBuffer().put(0, from, start + at, count));
  }

  private void download(LongBuffer to, @Nullable Stream stream) {
    mustBeWritable(to);
    int start = to.position();
    download(
        to.remaining(),
        stream,
        (piece, at, count) -> to.put(start + at, piece.asLongBuffer(), 0, count));
  }
}
