package dev.windlass.cuda;

/** Device memory for ints. */
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
}
