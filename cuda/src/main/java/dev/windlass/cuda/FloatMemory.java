package dev.windlass.cuda;

/** Device memory for floats. */
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
}
