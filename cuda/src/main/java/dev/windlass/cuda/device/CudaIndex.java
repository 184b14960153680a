package dev.windlass.cuda.device;

/**
 * The number of a device in this process, from 0, in the order that {@code CUDA_VISIBLE_DEVICES}
 * gives. Another process may number otherwise, and NVML does: see {@link DeviceUuid}.
 *
 * @param value 0 or more
 */
public record CudaIndex(int value) {
  /** Checks the number. */
  public CudaIndex {
    if (value < 0) {
      throw new IllegalArgumentException("A CUDA index is 0 or more, not " + value);
    }
  }

  @Override
  public String toString() {
    return Integer.toString(value);
  }
}
