package dev.windlass.cuda;

/** Device memory for longs. */
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
}
