package dev.windlass.cuda.health;

/**
 * NVIDIA's management library, as far as Windlass uses it: one method per call, no policy. Handles
 * are {@code long}. Whatever it returns but success is an {@link NvmlException}. Safe for use by
 * many threads.
 *
 * <p>Only calls that release 510 of the driver has already, but for {@link #fabricInfo}: the loader
 * ends the process where a symbol is missing.
 */
public interface Nvml extends NvmlReadings, NvmlMemoryErrors, NvmlMig, NvmlLinks, NvmlEvents {
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
}
