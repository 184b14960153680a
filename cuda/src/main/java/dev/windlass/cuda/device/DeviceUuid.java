package dev.windlass.cuda.device;

import java.util.UUID;

/**
 * What a device is called everywhere: in this process and others, by CUDA, NVML and Kubernetes.
 * Where two of them speak of devices, this is what joins them.
 *
 * @param value the UUID: of the GPU, or of the MIG instance if the device is one
 */
public record DeviceUuid(UUID value) {
  /**
   * Reads {@code "GPU-8f6f..."}, {@code "MIG-8f6f..."} or the UUID alone.
   *
   * @throws IllegalArgumentException if the text is not of that form
   */
  public static DeviceUuid parse(String text) {
    String digits = text.replaceFirst("^(GPU|MIG)-", "");
    if (digits.length() != 36) {
      throw new IllegalArgumentException(
          "'" + text + "' is not a device's UUID, as 'nvidia-smi -L' shows it");
    }
    return new DeviceUuid(UUID.fromString(digits));
  }

  /** As NVIDIA's tools name a GPU that has it: {@code GPU-8f6f...}. */
  public String ofGpu() {
    return "GPU-" + value;
  }

  /** As NVIDIA's tools name a MIG instance that has it: {@code MIG-8f6f...}. */
  public String ofInstance() {
    return "MIG-" + value;
  }

  /** The digits alone: CUDA does not say whether they are a GPU's or a MIG instance's. */
  @Override
  public String toString() {
    return value.toString();
  }
}
