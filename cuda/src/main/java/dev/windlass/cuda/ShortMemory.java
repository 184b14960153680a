package dev.windlass.cuda;

import java.nio.ShortBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Device memory for shorts. Copies, fills and slices are described at {@link DeviceMemory}; each
 * throws {@link InvalidUseException} if it does not fit, or if something is closed or of another
 * context.
 */
public final class ShortMemory extends DeviceMemory {
  ShortMemory(Allocation allocation) {
    super(allocation);
  }

  private ShortMemory(ShortMemory of, long from, long length) {
    super(of, from, length);
  }

  @Override
  int elementBytes() {
    return Short.BYTES;
  }

  /**
   * A part of this, which is used like any other memory.
   *
   * @param from the first element
   * @param length the number of elements
   * @throws InvalidUseException if the part is empty or goes past the end
   */
  public ShortMemory slice(long from, long length) {
    return new ShortMemory(this, from, length);
  }

  /** Copies all of an array to the first elements; done when this returns. */
  public void copyFrom(short[] from) {
    upload(ShortBuffer.wrap(from), null);
  }

  /** Copies all of an array to the first elements, on a stream. */
  public void copyFrom(short[] from, Stream stream) {
    upload(ShortBuffer.wrap(from), given(stream));
  }

  /** Copies what a buffer has between position and limit; done when this returns. */
  public void copyFrom(ShortBuffer from) {
    upload(from, null);
  }

  /** Copies what a buffer has between position and limit, on a stream. */
  public void copyFrom(ShortBuffer from, Stream stream) {
    upload(from, given(stream));
  }

  /** Fills all of an array with the first elements. */
  public void copyTo(short[] to) {
    download(ShortBuffer.wrap(to), null);
  }

  /** Fills all of an array with the first elements, as they are at this point of a stream. */
  public void copyTo(short[] to, Stream stream) {
    download(ShortBuffer.wrap(to), given(stream));
  }

  /** Fills a buffer from its position to its limit. */
  public void copyTo(ShortBuffer to) {
    download(to, null);
  }

  /** Fills a buffer from its position to its limit, with what is here at this point of a stream. */
  public void copyTo(ShortBuffer to, Stream stream) {
    download(to, given(stream));
  }

  /** Copies all of another memory to the first elements; done when this returns. */
  public void copyFrom(ShortMemory from) {
    copyOnDevice(from, null);
  }

  /** Copies all of another memory to the first elements, on a stream. */
  public void copyFrom(ShortMemory from, Stream stream) {
    copyOnDevice(from, given(stream));
  }

  /** Sets every element; done when this returns. */
  public void fill(short value) {
    fillWith(value, null);
  }

  /** Sets every element, on a stream. */
  public void fill(short value, Stream stream) {
    fillWith(value, given(stream));
  }

  /**
   * All elements in a new array.
   *
   * @throws InvalidUseException also if there are more than an array can hold
   */
  public short[] toArray() {
    short[] array = new short[arrayLength()];
    copyTo(array);
    return array;
  }

  private void upload(ShortBuffer from, @Nullable Stream stream) {
    int start = from.position();
    upload(
        from.remaining(),
        stream,
        (piece, at, count) -> piece.asShortBuffer().put(0, from, start + at, count));
  }

  private void download(ShortBuffer to, @Nullable Stream stream) {
    mustBeWritable(to);
    int start = to.position();
    download(
        to.remaining(),
        stream,
        (piece, at, count) -> to.put(start + at, piece.asShortBuffer(), 0, count));
  }
}
