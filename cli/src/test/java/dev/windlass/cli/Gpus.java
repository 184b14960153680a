package dev.windlass.cli;

import dev.windlass.core.job.ComputeCapability;
import dev.windlass.core.job.Memory;
import dev.windlass.cuda.device.CudaIndex;
import dev.windlass.cuda.device.DeviceProperties;
import dev.windlass.cuda.device.DeviceUuid;
import dev.windlass.cuda.device.MigInstance;
import dev.windlass.cuda.device.NvmlIndex;
import dev.windlass.cuda.device.PciAddress;
import dev.windlass.cuda.health.ClockReason;
import dev.windlass.cuda.health.DeviceHealth;
import dev.windlass.cuda.health.DeviceHealth.Clock;
import dev.windlass.cuda.health.DeviceHealth.Clocks;
import dev.windlass.cuda.health.DeviceHealth.Fabric;
import dev.windlass.cuda.health.DeviceHealth.InstanceHealth;
import dev.windlass.cuda.health.DeviceHealth.MemoryUse;
import dev.windlass.cuda.health.DeviceHealth.Pcie;
import dev.windlass.cuda.health.DeviceHealth.PcieLink;
import dev.windlass.cuda.health.DeviceHealth.Power;
import dev.windlass.cuda.health.GpuProcess;
import dev.windlass.cuda.health.MemoryErrors;
import dev.windlass.cuda.health.MemoryErrors.Ecc;
import dev.windlass.cuda.health.MemoryErrors.RemappedRows;
import dev.windlass.cuda.health.Reading;
import dev.windlass.cuda.health.Reading.Missing;
import dev.windlass.cuda.health.Reading.Value;
import dev.windlass.cuda.health.Reading.Why;
import dev.windlass.cuda.health.Topology;
import dev.windlass.cuda.health.Topology.Path;
import dev.windlass.cuda.health.Topology.Way;
import dev.windlass.cuda.health.Verdict;
import dev.windlass.cuda.health.Verdict.Cause;
import dev.windlass.cuda.health.Verdict.Finding;
import dev.windlass.cuda.health.Verdict.Level;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** GPUs as the driver and NVML tell of them. */
final class Gpus {
  static final Verdict HEALTHY = new Verdict(Level.HEALTHY, List.of());
  static final Verdict SLOW =
      new Verdict(
          Level.DEGRADED,
          List.of(new Finding(Level.DEGRADED, Cause.SLOWED_DOWN, "It is too hot", "Cool it")));
  static final Verdict LOST =
      new Verdict(
          Level.BROKEN,
          List.of(
              new Finding(Level.BROKEN, Cause.GPU_LOST, "It is gone", "Restart the node"),
              new Finding(Level.DEGRADED, Cause.NO_FABRIC, "No fabric", "Start it")));

  private Gpus() {}

  static DeviceUuid uuid(int gpu) {
    return DeviceUuid.parse("GPU-8f6f1a2b-1111-2222-3333-44445555666" + gpu);
  }

  static DeviceUuid part(int number) {
    return DeviceUuid.parse("MIG-aaaa1a2b-1111-2222-3333-44445555666" + number);
  }

  /** A CUDA device. */
  static DeviceProperties device(int index, DeviceUuid uuid, String name) {
    return new DeviceProperties(
        new CudaIndex(index),
        uuid,
        name,
        ComputeCapability.of(9, 0),
        Memory.mib(81559),
        PciAddress.parse("0000:3" + "ABCDEF".charAt(index) + ":00.0"),
        132,
        1_980_000,
        true,
        false,
        new DeviceProperties.Limits(
            32,
            1024,
            2048,
            Memory.bytes(49_152),
            Memory.bytes(232_448),
            Memory.bytes(233_472),
            Memory.mib(50),
            5120),
        new DeviceProperties.Features(true, true, false));
  }

  static DeviceProperties device(int index) {
    return device(index, uuid(index), "NVIDIA H100 80GB HBM3");
  }

  static InstanceHealth instance(int number, DeviceUuid parent, Reading<MemoryUse> memory) {
    return new InstanceHealth(
        new MigInstance(
            part(number),
            parent,
            number,
            7 + number,
            0,
            Optional.of("1g.10gb"),
            Optional.of(Memory.mib(9856))),
        memory);
  }

  /** A GPU whose NVML number is not CUDA's. */
  static DeviceHealth health(int gpu, InstanceHealth... instances) {
    return health(gpu, new Value<>(Fabric.COMPLETED), instances.length > 0, List.of(instances));
  }

  static DeviceHealth health(
      int gpu, Reading<Fabric> fabric, boolean mig, List<InstanceHealth> instances) {
    return new DeviceHealth(
        new NvmlIndex(3 - gpu),
        uuid(gpu),
        "NVIDIA H100 80GB HBM3",
        new Value<>(PciAddress.parse("0000:3" + "ABCDEF".charAt(gpu) + ":00.0")),
        new Value<>(41),
        new Missing<>(Why.NOT_SUPPORTED),
        new Power(new Value<>(70_600), new Missing<>(Why.NOT_SUPPORTED), new Value<>(1L << 40)),
        new Value<>(new MemoryUse(Memory.mib(81559), Memory.mib(512))),
        new Missing<>(Why.NO_PERMISSION),
        new Clocks(
            new Value<>(new Clock(345, 1980)),
            new Missing<>(Why.FAILED),
            new Value<>(Set.of(ClockReason.POWER_CAP))),
        new MemoryErrors(
            new Value<>(new Ecc(3, 2)),
            new Missing<>(Why.FAILED),
            new Missing<>(Why.NOT_SUPPORTED),
            new Value<>(new RemappedRows(1, 2, true, false)),
            new Missing<>(Why.FAILED)),
        new Pcie(
            new Value<>(new PcieLink(1, 16)), new Value<>(new PcieLink(5, 16)), new Value<>(7)),
        fabric,
        new Value<>(
            List.of(
                new GpuProcess(
                    17,
                    GpuProcess.Kind.COMPUTE,
                    Optional.of(Memory.mib(400)),
                    OptionalInt.empty(),
                    Optional.of("train")))),
        new Value<>(mig),
        instances);
  }

  static HealthReport report(Verdict verdict, DeviceHealth... gpus) {
    Map<DeviceUuid, Verdict> verdicts = new LinkedHashMap<>();
    List<Topology.Gpu> places = new ArrayList<>();
    List<List<Way>> ways = new ArrayList<>();
    for (DeviceHealth gpu : gpus) {
      verdicts.put(gpu.uuid(), verdict);
      places.add(
          new Topology.Gpu(
              gpu.index(),
              gpu.uuid(),
              gpu.pci().value(),
              OptionalInt.of(places.size()),
              Optional.of("0-31,64-95")));
      List<Way> row = new ArrayList<>();
      for (DeviceHealth other : gpus) {
        row.add(
            new Way(
                new Value<>(Path.SYSTEM),
                gpu.index().value() + other.index().value() == 5 ? 18 : 0,
                true));
      }
      ways.add(row);
    }
    return new HealthReport(
        List.of(gpus),
        List.of(),
        verdicts,
        Optional.of(new Topology(places, ways)),
        Optional.empty());
  }
}
