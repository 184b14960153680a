package dev.windlass.cuda.health;

import java.util.OptionalLong;

/** What NVML tells of the parts of a GPU. */
public interface NvmlMig {
  /** {@code nvmlDeviceGetMigMode}: whether it is on now. */
  boolean migEnabled(long device);

  /** {@code nvmlDeviceGetMaxMigDeviceCount}. */
  int maxMigDevices(long device);

  /** {@code nvmlDeviceGetMigDeviceHandleByIndex}; empty if nothing has that number. */
  OptionalLong migDevice(long device, int index);

  /** {@code nvmlDeviceGetGpuInstanceId} of a MIG device. */
  int gpuInstanceId(long migDevice);

  /** {@code nvmlDeviceGetComputeInstanceId} of a MIG device. */
  int computeInstanceId(long migDevice);

  /**
   * {@code nvmlDeviceGetAttributes_v2} of a MIG device.
   *
   * @param slicesAndMemory takes the slices of its GPU instance, those of its compute instance, and
   *     its memory in MiB
   */
  void migAttributes(long migDevice, long[] slicesAndMemory);
}
