package dev.windlass.cuda;

/** Device memory for bytes. */
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
}
