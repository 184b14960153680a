package dev.windlass.cli;

import dev.windlass.cuda.device.DeviceProperties;
import dev.windlass.cuda.device.DeviceUuid;
import dev.windlass.cuda.health.DeviceHealth;
import dev.windlass.cuda.health.DeviceHealth.InstanceHealth;
import dev.windlass.cuda.health.DeviceHealth.MemoryUse;
import dev.windlass.cuda.health.HealthMonitor;
import dev.windlass.cuda.health.HealthUnavailableException;
import dev.windlass.cuda.health.NvmlException;
import dev.windlass.cuda.health.SilentGpu;
import dev.windlass.cuda.health.Topology;
import dev.windlass.cuda.health.Verdict;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What NVML says of this machine's GPUs.
 *
 * @param gpus in NVML's order; empty where NVML does not serve
 * @param silent those that do not tell who they are
 * @param verdicts of those that do
 * @param topology how they are connected
 * @param note why NVML does not serve
 */
record HealthReport(
    List<DeviceHealth> gpus,
    List<SilentGpu> silent,
    Map<DeviceUuid, Verdict> verdicts,
    Optional<Topology> topology,
    Optional<Note> note) {
  /**
   * Why NVML does not serve.
   *
   * @param problem why: a clause
   * @param remedy what to do, in the same form
   */
  record Note(String problem, String remedy) {
    @Override
    public String toString() {
      return problem + ". " + remedy + ".";
    }
  }

  static HealthReport read() {
    try (HealthMonitor monitor = HealthMonitor.open()) {
      List<DeviceHealth> gpus = monitor.devices();
      Map<DeviceUuid, Verdict> verdicts = new LinkedHashMap<>();
      gpus.forEach(gpu -> verdicts.put(gpu.uuid(), monitor.verdict(gpu)));
      return new HealthReport(
          gpus, monitor.silentGpus(), verdicts, Optional.of(monitor.topology()), Optional.empty());
    } catch (HealthUnavailableException | NvmlException e) {
      return none(new Note(e.problem(), e.remedy()));
    }
  }

  /** Where NVML does not serve. */
  static HealthReport none(Note why) {
    return new HealthReport(List.of(), List.of(), Map.of(), Optional.empty(), Optional.of(why));
  }

  /** The GPU that a CUDA device is, or is a part of. */
  Optional<DeviceHealth> gpu(DeviceUuid device) {
    return gpus.stream()
        .filter(
            gpu ->
                gpu.uuid().equals(device)
                    || gpu.instances().stream().anyMatch(i -> i.instance().uuid().equals(device)))
        .findFirst();
  }

  /** The MIG instance that a CUDA device is. */
  Optional<InstanceHealth> instance(DeviceUuid device) {
    return gpus.stream()
        .flatMap(gpu -> gpu.instances().stream())
        .filter(i -> i.instance().uuid().equals(device))
        .findFirst();
  }

  /** The UUID of a CUDA device as {@code CUDA_VISIBLE_DEVICES} takes it. */
  String uuid(DeviceProperties device) {
    return instance(device.uuid()).isPresent() ? device.uuid().ofInstance() : device.visibleUuid();
  }

  /** The memory of a CUDA device, where NVML tells it. */
  Optional<MemoryUse> memory(DeviceUuid device) {
    Optional<InstanceHealth> instance = instance(device);
    return instance.isPresent()
        ? instance.get().memory().value()
        : gpu(device).flatMap(gpu -> gpu.memory().value());
  }

  /** The verdict on the GPU of a CUDA device. */
  Optional<Verdict> verdict(DeviceUuid device) {
    return gpu(device).map(gpu -> verdicts.get(gpu.uuid()));
  }
}
