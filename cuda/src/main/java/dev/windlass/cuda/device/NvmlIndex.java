package dev.windlass.cuda.device;

/**
 * The number of a GPU in NVML and in {@code nvidia-smi}: by PCI address, over all GPUs of the
 * machine or container. It is not the {@link CudaIndex}, and nothing turns one into the other but
 * the {@link DeviceUuid}.
 *
 * @param value 0 or more
 */
public record NvmlIndex(int value) {
  /** Checks the number. */
  public NvmlIndex {
    if (value < 0) {
      throw new IllegalArgumentException("An NVML index is 0 or more, not " + value);
    }
  }

  @Override
  public String toString() {
    return Integer.toString(value);
  }
}
