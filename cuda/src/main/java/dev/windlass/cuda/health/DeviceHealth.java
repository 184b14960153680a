package dev.windlass.cuda.health;

import dev.windlass.core.job.Memory;
import dev.windlass.cuda.device.DeviceUuid;
import dev.windlass.cuda.device.GpuIdentity;
import dev.windlass.cuda.device.MigInstance;
import dev.windlass.cuda.device.NvmlIndex;
import dev.windlass.cuda.device.PciAddress;
import java.util.List;
import java.util.Set;

/**
 * How a GPU is at one moment.
 *
 * @param index its number in NVML
 * @param uuid its name everywhere; joins it with a CUDA device that is not a MIG instance
 * @param name its product name
 * @param pci where it sits
 * @param celsius its temperature
 * @param fanPercent the speed of its fan, of the highest; data-centre GPUs have none
 * @param power what it draws
 * @param memory the memory of all processes
 * @param utilization how busy it was
 * @param clocks how fast it runs, and why not faster
 * @param errors the errors of its memory
 * @param pcie its connection to the machine
 * @param fabric its connection to the switches of NVLink
 * @param processes who uses it
 * @param migEnabled whether it is split into MIG instances
 * @param instances its MIG instances; each is a CUDA device, and the GPU itself is none then
 */
public record DeviceHealth(
    NvmlIndex index,
    DeviceUuid uuid,
    String name,
    Reading<PciAddress> pci,
    Reading<Integer> celsius,
    Reading<Integer> fanPercent,
    Power power,
    Reading<MemoryUse> memory,
    Reading<Utilization> utilization,
    Clocks clocks,
    MemoryErrors errors,
    Pcie pcie,
    Reading<Fabric> fabric,
    Reading<List<GpuProcess>> processes,
    Reading<Boolean> migEnabled,
    List<InstanceHealth> instances) {
  /** Copies. */
  public DeviceHealth {
    instances = List.copyOf(instances);
  }

  /** The GPU and its parts, by all their names. */
  public GpuIdentity identity() {
    return new GpuIdentity(index, uuid, instances.stream().map(InstanceHealth::instance).toList());
  }

  /**
   * What a GPU draws.
   *
   * @param milliwatts now
   * @param milliwattsLimit at most
   * @param millijoules since the driver was loaded
   */
  public record Power(
      Reading<Integer> milliwatts, Reading<Integer> milliwattsLimit, Reading<Long> millijoules) {}

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

  /**
   * How fast a GPU runs.
   *
   * @param multiprocessors their clock
   * @param memory the clock of the memory
   * @param reasons what keeps the clock low
   */
  public record Clocks(
      Reading<Clock> multiprocessors, Reading<Clock> memory, Reading<Set<ClockReason>> reasons) {}

  /**
   * A clock.
   *
   * @param megahertz now
   * @param maxMegahertz at most
   */
  public record Clock(int megahertz, int maxMegahertz) {}

  /**
   * A GPU's connection to the machine.
   *
   * @param now as it is; an idle GPU goes down with the generation, not with the lanes
   * @param best what this GPU can have in this machine
   * @param replays how often data had to be sent again
   */
  public record Pcie(Reading<PcieLink> now, Reading<PcieLink> best, Reading<Integer> replays) {}

  /**
   * A kind of connection.
   *
   * @param generation of PCI Express
   * @param lanes how many
   */
  public record PcieLink(int generation, int lanes) {}

  /** Whether the fabric manager has connected a GPU to the switches of NVLink. */
  public enum Fabric {
    /** It has not begun. */
    NOT_STARTED,
    /** It is at it. */
    IN_PROGRESS,
    /** It has. */
    COMPLETED,
    /** It has tried and failed. */
    FAILED
  }

  /**
   * How a MIG instance is. All else is told of the GPU as a whole.
   *
   * @param instance which one
   * @param memory its own memory
   */
  public record InstanceHealth(MigInstance instance, Reading<MemoryUse> memory) {}
}
