package dev.windlass.cuda;

import java.nio.IntBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Device memory for ints. Copies, fills and slices are described at {@link DeviceMemory}; each
 * throws {@link InvalidUseException} if it does not fit, or if something is closed or of another
 * context.
 */
public final class IntMemory extends DeviceMemory {
  IntMemory(Allocation allocation) {
    super(allocation);
  }

  private IntMemory(IntMemory of, long from, long length) {
    super(of, from, length);
  }

  @Override
  int elementBytes() {
    return Integer.BYTES;
  }

  /**
   * A part of this, which is used like any other memory.
   *
   * @param from the first element
   * @param length the number of elements
   * @throws InvalidUseException if the part is empty or goes past the end
   */
  public IntMemory slice(long from, long length) {
    return new IntMemory(this, from, length);
  }

  /** Copies all of an array to the first elements; done when this returns. */
  public void copyFrom(int[] from) {
    upload(IntBuffer.wrap(from), null);
  }

  /** Copies all of an array to the first elements, on a stream. */
  public void copyFrom(int[] from, Stream stream) {
    upload(IntBuffer.wrap(from), given(stream));
  }

  /** Copies what a buffer has between position and limit; done when this returns. */
  public void copyFrom(IntBuffer from) {
    upload(from, null);
  }

  /** Copies what a buffer has between position and limit, on a stream. */
  public void copyFrom(IntBuffer from, Stream stream) {
    upload(from, given(stream));
  }

  /** Fills all of an array with the first elements. */
  public void copyTo(int[] to) {
    download(IntBuffer.wrap(to), null);
  }

  /** Fills all of an array with the first elements, as they are at this point of a stream. */
  public void copyTo(int[] to, Stream stream) {
    download(IntBuffer.wrap(to), given(stream));
  }

  /** Fills a buffer from its position to its limit. */
  public void copyTo(IntBuffer to) {
    download(to, null);
  }

  /** Fills a buffer from its position to its limit, with what is here at this point of a stream. */
  public void copyTo(IntBuffer to, Stream stream) {
    download(to, given(stream));
  }

  /** Copies all of another memory to the first elements; done when this returns. */
  public void copyFrom(IntMemory from) {
    copyOnDevice(from, null);
  }

  /** Copies all of another memory to the first elements, on a stream. */
  public void copyFrom(IntMemory from, Stream stream) {
    copyOnDevice(from, given(stream));
  }

  /** Sets every element; done when this returns. */
  public void fill(int value) {
    fillWith(value, null);
  }

  /** Sets every element, on a stream. */
  public void fill(int value, Stream stream) {
    fillWith(value, given(stream));
  }

  /**
   * All elements in a new array.
   *
   * @throws InvalidUseException also if there are more than an array can hold
   */
  public int[] toArray() {
    int[] array = new int[arrayLength()];
    copyTo(array);
    return array;
  }

  private void upload(IntBuffer from, @Nullable Stream stream) {
    int start = from.position();
    upload(
        from.remaining(),
        stream,
        (piece, at, count) -> piece.asIntBuffer().put(0, from, start + at, count));
  }

  private void download(IntBuffer to, @Nullable Stream stream) {
    mustBeWritable(to);
    int start = to.position();
    download(
        to.remaining(),
        stream,
        (piece, at, count) -> to.put(start + at, piece.asIntBuffer(), 0, count));
  }
}
