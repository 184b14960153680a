package dev.windlass.cuda.health;

import dev.windlass.core.job.Memory;
import dev.windlass.cuda.device.DeviceUuid;
import dev.windlass.cuda.device.NvmlIndex;
import java.util.List;
import java.util.Set;

/**
 * How a GPU is at one moment.
 *
 * @param index its number in NVML
 * @param uuid its name everywhere; joins it with a CUDA device that is not a MIG instance
 * @param name its product name
 * @param celsius its temperature
 * @param milliwatts the power that it draws
 * @param milliwattsLimit the power that it may draw
 * @param memory the memory of all processes
 * @param utilization how busy it was
 * @param clockReasons what keeps its clock low
 * @param uncorrectedEccErrors errors of its memory that were not corrected, since the driver was
 *     loaded
 * @param migEnabled whether it is split into MIG instances
 * @param migDevices its MIG instances; each is a CUDA device, and the GPU itself is none then
 */
public record DeviceHealth(
    NvmlIndex index,
    DeviceUuid uuid,
    String name,
    Reading<Integer> celsius,
    Reading<Integer> milliwatts,
    Reading<Integer> milliwattsLimit,
    Reading<MemoryUse> memory,
    Reading<Utilization> utilization,
    Reading<Set<ClockReason>> clockReasons,
    Reading<Long> uncorrectedEccErrors,
    Reading<Boolean> migEnabled,
    List<DeviceUuid> migDevices) {
  /** Copies. */
  public DeviceHealth {
    migDevices = List.copyOf(migDevices);
  }

  /**
   * Memory of a GPU.
   *
   * @param total all of it
   * @param used by any process, and by the driver itself
   */
  public record MemoryUse(Memory total, Memory used) {}

  /**
   * How busy a GPU was, over the driver's last sample: a sixth of a second to one second.
   *
   * @param gpuPercent the part of the time in which any kernel ran
   * @param memoryPercent the part of the time in which memory was read or written
   */
  public record Utilization(int gpuPercent, int memoryPercent) {}
}
