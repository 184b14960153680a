package dev.windlass.cuda.health;

import java.util.OptionalLong;

/**
 * NVIDIA's management library, as far as Windlass uses it: one method per call, no policy. Handles
 * are {@code long}. Whatever it returns but success is an {@link NvmlException}. Safe for use by
 * many threads.
 */
public interface Nvml {
  /** {@code nvmlInit_v2}: each call wants one {@link #shutdown}. */
  void initialize();

  /** {@code nvmlShutdown}. */
  void shutdown();

  /** {@code nvmlSystemGetDriverVersion}: as {@code 580.95.05}. */
  String driverRelease();

  /** {@code nvmlDeviceGetCount_v2}. */
  int deviceCount();

  /** {@code nvmlDeviceGetHandleByIndex_v2}. */
  long device(int index);

  /** {@code nvmlDeviceGetUUID}: with {@code GPU-} or {@code MIG-} before it. */
  String uuid(long device);

  /** {@code nvmlDeviceGetName}. */
  String name(long device);

  /** {@code nvmlDeviceGetTemperature} of the GPU, in degrees Celsius. */
  int temperature(long device);

  /** {@code nvmlDeviceGetPowerUsage}, in milliwatts. */
  int power(long device);

  /** {@code nvmlDeviceGetEnforcedPowerLimit}, in milliwatts. */
  int powerLimit(long device);

  /**
   * {@code nvmlDeviceGetMemoryInfo}, in bytes.
   *
   * @param totalAndUsed takes the two numbers
   */
  void memory(long device, long[] totalAndUsed);

  /**
   * {@code nvmlDeviceGetUtilizationRates}, in percent of the last sample's time.
   *
   * @param gpuAndMemory takes the two numbers
   */
  void utilization(long device, int[] gpuAndMemory);

  /** {@code nvmlDeviceGetCurrentClocksThrottleReasons}: a set of bits. */
  long clockReasons(long device);

  /** {@code nvmlDeviceGetTotalEccErrors}: uncorrected ones, since the driver was loaded. */
  long uncorrectedEccErrors(long device);

  /** {@code nvmlDeviceGetMigMode}: whether it is on now. */
  boolean migEnabled(long device);

  /** {@code nvmlDeviceGetMaxMigDeviceCount}. */
  int maxMigDevices(long device);

  /** {@code nvmlDeviceGetMigDeviceHandleByIndex}; empty if nothing has that number. */
  OptionalLong migDevice(long device, int index);
}
