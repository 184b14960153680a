package dev.windlass.cuda.health;

import dev.windlass.core.job.Memory;
import dev.windlass.cuda.device.DeviceUuid;
import dev.windlass.cuda.device.MigInstance;
import dev.windlass.cuda.device.NvmlIndex;
import dev.windlass.cuda.device.PciAddress;
import dev.windlass.cuda.health.DeviceHealth.Clock;
import dev.windlass.cuda.health.DeviceHealth.Clocks;
import dev.windlass.cuda.health.DeviceHealth.Fabric;
import dev.windlass.cuda.health.DeviceHealth.InstanceHealth;
import dev.windlass.cuda.health.DeviceHealth.MemoryUse;
import dev.windlass.cuda.health.DeviceHealth.Pcie;
import dev.windlass.cuda.health.DeviceHealth.PcieLink;
import dev.windlass.cuda.health.DeviceHealth.Power;
import dev.windlass.cuda.health.DeviceHealth.Utilization;
import dev.windlass.cuda.health.GpuProcess.Kind;
import dev.windlass.cuda.health.MemoryErrors.Ecc;
import dev.windlass.cuda.health.MemoryErrors.RemappedRows;
import dev.windlass.cuda.health.MemoryErrors.RetiredPages;
import dev.windlass.cuda.health.MemoryErrors.SpareRows;
import dev.windlass.cuda.health.NvmlReadings.ProcessInfo;
import dev.windlass.cuda.health.Reading.Missing;
import dev.windlass.cuda.health.Reading.Why;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Supplier;

/** Asks NVML how a GPU is. */
final class DeviceHealthReader {
  private final Nvml nvml;
  private final boolean fabricKnown;
  private final ProcessNames names;

  /**
   * Makes a reader.
   *
   * @param nvml initialised
   * @param fabricKnown whether the driver is new enough to know of the fabric
   * @param names the names of processes
   */
  DeviceHealthReader(Nvml nvml, boolean fabricKnown, ProcessNames names) {
    this.nvml = nvml;
    this.fabricKnown = fabricKnown;
    this.names = names;
  }

  DeviceHealth read(NvmlIndex index, long device, DeviceUuid uuid, String name) {
    Reading<Boolean> mig = Reading.of(() -> nvml.migEnabled(device));
    return new DeviceHealth(
        index,
        uuid,
        name,
        Reading.of(() -> PciAddress.parse(nvml.pciBusId(device))),
        Reading.of(() -> nvml.temperature(device)),
        Reading.of(() -> nvml.fanSpeed(device)),
        new Power(
            Reading.of(() -> nvml.power(device)),
            Reading.of(() -> nvml.powerLimit(device)),
            Reading.of(() -> nvml.energy(device))),
        memory(device),
        utilization(device),
        new Clocks(
            clock(device, NvmlReadings.SM_CLOCK),
            clock(device, NvmlReadings.MEMORY_CLOCK),
            Reading.of(() -> ClockReason.of(nvml.clockReasons(device)))),
        errors(device),
        new Pcie(
            Reading.of(() -> new PcieLink(nvml.pcieGeneration(device), nvml.pcieWidth(device))),
            Reading.of(
                () -> new PcieLink(nvml.maxPcieGeneration(device), nvml.maxPcieWidth(device))),
            Reading.of(() -> nvml.pcieReplays(device))),
        fabric(device),
        Reading.of(() -> processes(device)),
        mig,
        mig.value().orElse(false) ? instances(device, uuid) : List.of());
  }

  private Reading<MemoryUse> memory(long device) {
    return Reading.of(
        () -> {
          long[] memory = new long[2];
          nvml.memory(device, memory);
          return new MemoryUse(Memory.bytes(memory[0]), Memory.bytes(memory[1]));
        });
  }

  private Reading<Utilization> utilization(long device) {
    return Reading.of(
        () -> {
          int[] percent = new int[2];
          nvml.utilization(device, percent);
          return new Utilization(percent[0], percent[1]);
        });
  }

  private Reading<Clock> clock(long device, int which) {
    return Reading.of(() -> new Clock(nvml.clock(device, which), nvml.maxClock(device, which)));
  }

  private MemoryErrors errors(long device) {
    return new MemoryErrors(
        ecc(device, false),
        ecc(device, true),
        Reading.of(
            () ->
                new RetiredPages(
                    nvml.retiredPages(device, NvmlMemoryErrors.SINGLE_BIT),
                    nvml.retiredPages(device, NvmlMemoryErrors.DOUBLE_BIT),
                    nvml.retiredPagesPending(device))),
        Reading.of(
            () -> {
              int[] rows = new int[4];
              nvml.remappedRows(device, rows);
              return new RemappedRows(rows[0], rows[1], rows[2] != 0, rows[3] != 0);
            }),
        Reading.of(
            () -> {
              int[] banks = new int[5];
              nvml.remapHistogram(device, banks);
              return new SpareRows(banks[0], banks[1], banks[2], banks[3], banks[4]);
            }));
  }

  private Reading<Ecc> ecc(long device, boolean ever) {
    return Reading.of(
        () -> new Ecc(nvml.eccErrors(device, false, ever), nvml.eccErrors(device, true, ever)));
  }

  private Reading<Fabric> fabric(long device) {
    if (!fabricKnown) {
      return new Missing<>(Why.NOT_SUPPORTED);
    }
    return Reading.of(
        () -> {
          int[] stateAndStatus = new int[2];
          nvml.fabricInfo(device, stateAndStatus);
          return switch (stateAndStatus[0]) {
            case 1 -> Fabric.NOT_STARTED;
            case 2 -> Fabric.IN_PROGRESS;
            case 3 -> stateAndStatus[1] == 0 ? Fabric.COMPLETED : Fabric.FAILED;
            default ->
                throw new NvmlException("nvmlDeviceGetGpuFabricInfo", NvmlException.NOT_SUPPORTED);
          };
        });
  }

  private List<GpuProcess> processes(long device) {
    List<GpuProcess> found = new ArrayList<>();
    nvml.computeProcesses(device).forEach(p -> found.add(process(p, Kind.COMPUTE)));
    addWhereSupported(found, () -> nvml.mpsProcesses(device), Kind.MPS);
    addWhereSupported(found, () -> nvml.graphicsProcesses(device), Kind.GRAPHICS);
    return List.copyOf(found);
  }

  private void addWhereSupported(List<GpuProcess> to, Supplier<List<ProcessInfo>> call, Kind kind) {
    Reading.of(call).value().ifPresent(list -> list.forEach(p -> to.add(process(p, kind))));
  }

  private GpuProcess process(ProcessInfo p, Kind kind) {
    return new GpuProcess(
        p.pid(),
        kind,
        p.bytes() < 0 ? Optional.empty() : Optional.of(Memory.bytes(p.bytes())),
        p.gpuInstance() < 0 ? OptionalInt.empty() : OptionalInt.of(p.gpuInstance()),
        names.name(p.pid()));
  }

  /** The MIG instances of a GPU. */
  List<InstanceHealth> instances(long device, DeviceUuid parent) {
    List<InstanceHealth> found = new ArrayList<>();
    Optional<Long> whole = memory(device).value().map(use -> use.total().bytes());
    int places = Reading.of(() -> nvml.maxMigDevices(device)).value().orElse(0);
    for (int i = 0; i < places; i++) {
      int place = i;
      OptionalLong handle =
          Reading.of(() -> nvml.migDevice(device, place)).value().orElse(OptionalLong.empty());
      if (handle.isPresent()) {
        long instance = handle.getAsLong();
        Reading.of(() -> instance(instance, place, parent, whole)).value().ifPresent(found::add);
      }
    }
    return found;
  }

  private InstanceHealth instance(
      long handle, int number, DeviceUuid parent, Optional<Long> whole) {
    Optional<long[]> attributes =
        Reading.of(
                () -> {
                  long[] to = new long[3];
                  nvml.migAttributes(handle, to);
                  return to;
                })
            .value();
    Optional<String> profile =
        MigProfiles.ofName(Reading.of(() -> nvml.name(handle)).value().orElse(""))
            .or(() -> attributes.flatMap(a -> whole.map(w -> MigProfiles.of(a[0], a[1], a[2], w))));
    return new InstanceHealth(
        new MigInstance(
            DeviceUuid.parse(nvml.uuid(handle)),
            parent,
            number,
            nvml.gpuInstanceId(handle),
            nvml.computeInstanceId(handle),
            profile,
            attributes.map(a -> Memory.mib(a[2]))),
        memory(handle));
  }
}
