package dev.windlass.cuda;

/** Device memory for shorts. */
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
}
