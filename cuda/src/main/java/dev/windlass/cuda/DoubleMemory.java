package dev.windlass.cuda;

/** Device memory for doubles. */
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
}
