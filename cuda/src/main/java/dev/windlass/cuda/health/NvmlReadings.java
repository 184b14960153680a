package dev.windlass.cuda.health;

import java.util.List;

/** What NVML tells of a GPU at one moment. */
public interface NvmlReadings {
  /** A clock: of the multiprocessors, with NVML's number. */
  int SM_CLOCK = 1;

  /** A clock: of the memory, with NVML's number. */
  int MEMORY_CLOCK = 2;

  /** {@code nvmlDeviceGetPciInfo_v3}: the address, as {@code 00000000:3A:00.0}. */
  String pciBusId(long device);

  /** {@code nvmlDeviceGetTemperature} of the GPU, in degrees Celsius. */
  int temperature(long device);

  /** {@code nvmlDeviceGetFanSpeed}, in percent of the highest. */
  int fanSpeed(long device);

  /** {@code nvmlDeviceGetPowerUsage}, in milliwatts. */
  int power(long device);

  /** {@code nvmlDeviceGetEnforcedPowerLimit}, in milliwatts. */
  int powerLimit(long device);

  /** {@code nvmlDeviceGetTotalEnergyConsumption}, in millijoules since the driver was loaded. */
  long energy(long device);

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

  /** {@code nvmlDeviceGetClockInfo}, in megahertz. */
  int clock(long device, int which);

  /** {@code nvmlDeviceGetMaxClockInfo}, in megahertz. */
  int maxClock(long device, int which);

  /** {@code nvmlDeviceGetCurrentClocksThrottleReasons}: a set of bits. */
  long clockReasons(long device);

  /** {@code nvmlDeviceGetCurrPcieLinkGeneration}. */
  int pcieGeneration(long device);

  /** {@code nvmlDeviceGetCurrPcieLinkWidth}, in lanes. */
  int pcieWidth(long device);

  /** {@code nvmlDeviceGetMaxPcieLinkGeneration}: of this GPU in this machine. */
  int maxPcieGeneration(long device);

  /** {@code nvmlDeviceGetMaxPcieLinkWidth}: of this GPU in this machine. */
  int maxPcieWidth(long device);

  /** {@code nvmlDeviceGetPcieReplayCounter}: how often data had to be sent again. */
  int pcieReplays(long device);

  /**
   * {@code nvmlDeviceGetGpuFabricInfo}, of release 525 or newer.
   *
   * @param stateAndStatus takes NVML's numbers of the state and of the error, if there is one
   */
  void fabricInfo(long device, int[] stateAndStatus);

  /** {@code nvmlDeviceGetComputeRunningProcesses_v3}. */
  List<ProcessInfo> computeProcesses(long device);

  /** {@code nvmlDeviceGetGraphicsRunningProcesses_v3}. */
  List<ProcessInfo> graphicsProcesses(long device);

  /** {@code nvmlDeviceGetMPSComputeRunningProcesses_v3}. */
  List<ProcessInfo> mpsProcesses(long device);

  /**
   * A process on a GPU.
   *
   * @param pid its number; in a container it may be that of the node
   * @param bytes its memory on the GPU; -1 if that is not known
   * @param gpuInstance the number of its GPU instance; -1 without MIG
   * @param computeInstance the number of its compute instance; -1 without MIG
   */
  record ProcessInfo(int pid, long bytes, int gpuInstance, int computeInstance) {}
}
