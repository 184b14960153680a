package dev.windlass.cuda;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Device memory for bytes. Copies, fills and slices are described at {@link DeviceMemory}; each
 * throws {@link InvalidUseException} if it does not fit, or if something is closed or of another
 * context.
 */
public final class ByteMemory extends DeviceMemory {
  ByteMemory(Allocation allocation) {
    super(allocation);
  }

  private ByteMemory(ByteMemory of, long from, long length) {
    super(of, from, length);
  }

  @Override
  int elementBytes() {
    return Byte.BYTES;
  }

  /**
   * A part of this, which is used like any other memory.
   *
   * @param from the first element
   * @param length the number of elements
   * @throws InvalidUseException if the part is empty or goes past the end
   */
  public ByteMemory slice(long from, long length) {
    return new ByteMemory(this, from, length);
  }

  /** Copies all of an array to the first elements; done when this returns. */
  public void copyFrom(byte[] from) {
    upload(ByteBuffer.wrap(from), null);
  }

  /** Copies all of an array to the first elements, on a stream. */
  public void copyFrom(byte[] from, Stream stream) {
    upload(ByteBuffer.wrap(from), given(stream));
  }

  /** Copies what a buffer has between position and limit; done when this returns. */
  public void copyFrom(ByteBuffer from) {
    upload(from, null);
  }

  /** Copies what a buffer has between position and limit, on a stream. */
  public void copyFrom(ByteBuffer from, Stream stream) {
    upload(from, given(stream));
  }

  /** Fills all of an array with the first elements. */
  public void copyTo(byte[] to) {
    download(ByteBuffer.wrap(to), null);
  }

  /** Fills all of an array with the first elements, as they are at this point of a stream. */
  public void copyTo(byte[] to, Stream stream) {
    download(ByteBuffer.wrap(to), given(stream));
  }

  /** Fills a buffer from its position to its limit. */
  public void copyTo(ByteBuffer to) {
    download(to, null);
  }

  /** Fills a buffer from its position to its limit, with what is here at this point of a stream. */
  public void copyTo(ByteBuffer to, Stream stream) {
    download(to, given(stream));
  }

  /** Copies all of another memory to the first elements; done when this returns. */
  public void copyFrom(ByteMemory from) {
    copyOnDevice(from, null);
  }

  /** Copies all of another memory to the first elements, on a stream. */
  public void copyFrom(ByteMemory from, Stream stream) {
    copyOnDevice(from, given(stream));
  }

  /** Sets every element; done when this returns. */
  public void fill(byte value) {
    fillWith(value, null);
  }

  /** Sets every element, on a stream. */
  public void fill(byte value, Stream stream) {
    fillWith(value, given(stream));
  }

  /**
   * All elements in a new array.
   *
   * @throws InvalidUseException also if there are more than an array can hold
   */
  public byte[] toArray() {
    byte[] array = new byte[arrayLength()];
    copyTo(array);
    return array;
  }

  private void upload(ByteBuffer from, @Nullable Stream stream) {
    int start = from.position();
    upload(from.remaining(), stream, (piece, at, count) -> piece.put(0, from, start + at, count));
  }

  private void download(ByteBuffer to, @Nullable Stream stream) {
    mustBeWritable(to);
    int start = to.position();
    download(to.remaining(), stream, (piece, at, count) -> to.put(start + at, piece, 0, count));
  }
}
