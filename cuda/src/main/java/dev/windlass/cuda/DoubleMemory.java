package dev.windlass.cuda;

import java.nio.DoubleBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Device memory for doubles. Copies, fills and slices are described at {@link DeviceMemory}; each
 * throws {@link InvalidUseException} if it does not fit, or if something is closed or of another
 * context.
 */
public final class DoubleMemory extends DeviceMemory {
  DoubleMemory(Allocation allocation) {
    super(allocation);
  }

  private DoubleMemory(DoubleMemory of, long from, long length) {
    super(of, from, length);
  }

  @Override
  int elementBytes() {
    return Double.BYTES;
  }

  /**
   * A part of this, which is used like any other memory.
   *
   * @param from the first element
   * @param length the number of elements
   * @throws InvalidUseException if the part is empty or goes past the end
   */
  public DoubleMemory slice(long from, long length) {
    return new DoubleMemory(this, from, length);
  }

  /** Copies all of an array to the first elements; done when this returns. */
  public void copyFrom(double[] from) {
    upload(DoubleBuffer.wrap(from), null);
  }

  /** Copies all of an array to the first elements, on a stream. */
  public void copyFrom(double[] from, Stream stream) {
    upload(DoubleBuffer.wrap(from), given(stream));
  }

  /** Copies what a buffer has between position and limit; done when this returns. */
  public void copyFrom(DoubleBuffer from) {
    upload(from, null);
  }

  /** Copies what a buffer has between position and limit, on a stream. */
  public void copyFrom(DoubleBuffer from, Stream stream) {
    upload(from, given(stream));
  }

  /** Fills all of an array with the first elements. */
  public void copyTo(double[] to) {
    download(DoubleBuffer.wrap(to), null);
  }

  /** Fills all of an array with the first elements, as they are at this point of a stream. */
  public void copyTo(double[] to, Stream stream) {
    download(DoubleBuffer.wrap(to), given(stream));
  }

  /** Fills a buffer from its position to its limit. */
  public void copyTo(DoubleBuffer to) {
    download(to, null);
  }

  /** Fills a buffer from its position to its limit, with what is here at this point of a stream. */
  public void copyTo(DoubleBuffer to, Stream stream) {
    download(to, given(stream));
  }

  /** Copies all of another memory to the first elements; done when this returns. */
  public void copyFrom(DoubleMemory from) {
    copyOnDevice(from, null);
  }

  /** Copies all of another memory to the first elements, on a stream. */
  public void copyFrom(DoubleMemory from, Stream stream) {
    copyOnDevice(from, given(stream));
  }

  /** Sets every element; done when this returns. */
  public void fill(double value) {
    fillWith(Double.doubleToRawLongBits(value), null);
  }

  /** Sets every element, on a stream. */
  public void fill(double value, Stream stream) {
    fillWith(Double.doubleToRawLongBits(value), given(stream));
  }

  /**
   * All elements in a new array.
   *
   * @throws InvalidUseException also if there are more than an array can hold
   */
  public double[] toArray() {
    double[] array = new double[arrayLength()];
    copyTo(array);
    return array;
  }

  private void upload(DoubleBuffer from, @Nullable Stream stream) {
    int start = from.position();
    upload(
        from.remaining(),
        stream,
        (piece, at, count) -> piece.asDoubleBuffer().put(0, from, start + at, count));
  }

  private void download(DoubleBuffer to, @Nullable Stream stream) {
    mustBeWritable(to);
    int start = to.position();
    download(
        to.remaining(),
        stream,
        (piece, at, count) -> to.put(start + at, piece.asDoubleBuffer(), 0, count));
  }
}
