package dev.windlass.cuda;

import java.nio.FloatBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Device memory for floats. Copies, fills and slices are described at {@link DeviceMemory}; each
 * throws {@link InvalidUseException} if it does not fit, or if something is closed or of another
 * context.
 */
public final class FloatMemory extends DeviceMemory {
  FloatMemory(Allocation allocation) {
    super(allocation);
  }

  private FloatMemory(FloatMemory of, long from, long length) {
    super(of, from, length);
  }

  @Override
  int elementBytes() {
    return Float.BYTES;
  }

  /**
   * A part of this, which is used like any other memory.
   *
   * @param from the first element
   * @param length the number of elements
   * @throws InvalidUseException if the part is empty or goes past the end
   */
  public FloatMemory slice(long from, long length) {
    return new FloatMemory(this, from, length);
  }

  /** Copies all of an array to the first elements; done when this returns. */
  public void copyFrom(float[] from) {
    upload(FloatBuffer.wrap(from), null);
  }

  /** Copies all of an array to the first elements, on a stream. */
  public void copyFrom(float[] from, Stream stream) {
    upload(FloatBuffer.wrap(from), given(stream));
  }

  /** Copies what a buffer has between position and limit; done when this returns. */
  public void copyFrom(FloatBuffer from) {
    upload(from, null);
  }

  /** Copies what a buffer has between position and limit, on a stream. */
  public void copyFrom(FloatBuffer from, Stream stream) {
    upload(from, given(stream));
  }

  /** Fills all of an array with the first elements. */
  public void copyTo(float[] to) {
    download(FloatBuffer.wrap(to), null);
  }

  /** Fills all of an array with the first elements, as they are at this point of a stream. */
  public void copyTo(float[] to, Stream stream) {
    download(FloatBuffer.wrap(to), given(stream));
  }

  /** Fills a buffer from its position to its limit. */
  public void copyTo(FloatBuffer to) {
    download(to, null);
  }

  /** Fills a buffer from its position to its limit, with what is here at this point of a stream. */
  public void copyTo(FloatBuffer to, Stream stream) {
    download(to, given(stream));
  }

  /** Copies all of another memory to the first elements; done when this returns. */
  public void copyFrom(FloatMemory from) {
    copyOnDevice(from, null);
  }

  /** Copies all of another memory to the first elements, on a stream. */
  public void copyFrom(FloatMemory from, Stream stream) {
    copyOnDevice(from, given(stream));
  }

  /** Sets every element; done when this returns. */
  public void fill(float value) {
    fillWith(Float.floatToRawIntBits(value), null);
  }

  /** Sets every element, on a stream. */
  public void fill(float value, Stream stream) {
    fillWith(Float.floatToRawIntBits(value), given(stream));
  }

  /**
   * All elements in a new array.
   *
   * @throws InvalidUseException also if there are more than an array can hold
   */
  public float[] toArray() {
    float[] array = new float[arrayLength()];
    copyTo(array);
    return array;
  }

  private void upload(FloatBuffer from, @Nullable Stream stream) {
    int start = from.position();
    upload(
        from.remaining(),
        stream,
        (piece, at, count) -> piece.asFloatBuffer().put(0, from, start + at, count));
  }

  private void download(FloatBuffer to, @Nullable Stream stream) {
    mustBeWritable(to);
    int start = to.position();
    download(
        to.remaining(),
        stream,
        (piece, at, count) -> to.put(start + at, piece.asFloatBuffer(), 0, count));
  }
}
