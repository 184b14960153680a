package dev.windlass.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.windlass.cuda.availability.CudaUnavailableException;
import dev.windlass.cuda.availability.CudaVersion;
import dev.windlass.cuda.device.DeviceProperties;
import dev.windlass.cuda.device.MigInstance;
import dev.windlass.cuda.health.DeviceHealth;
import dev.windlass.cuda.health.GpuProcess;
import dev.windlass.cuda.health.MemoryErrors;
import dev.windlass.cuda.health.Reading;
import dev.windlass.cuda.health.Topology;
import dev.windlass.cuda.health.Topology.Way;
import dev.windlass.cuda.health.Verdict;
import java.util.Optional;

/** The devices as JSON. What is not known is left out; why a reading is missing is listed. */
final class DevicesJson {
  private DevicesJson() {}

  static ObjectNode of(CudaUnavailableException e) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("available", false)
        .put("reason", e.reason().name())
        .put("problem", e.problem())
        .put("remedy", e.remedy());
  }

  static ObjectNode of(DeviceReport report, boolean withTopology) {
    ObjectNode out =
        JsonNodeFactory.instance
            .objectNode()
            .put("available", true)
            .put("driverVersion", report.driverVersion().toString())
            .put("toolkitVersion", CudaVersion.TOOLKIT.toString())
            .put("driverFit", report.fit().name());
    out.putArray("devices");
    for (DeviceProperties d : report.devices()) {
      ObjectNode device = out.withArray("/devices").addObject();
      add(d, device);
      device.put("uuid", report.health().uuid(d));
      Optional.ofNullable(report.used().get(d.uuid()))
          .ifPresent(used -> device.put("memoryUsedBytes", used.bytes()));
      report.health().instance(d.uuid()).ifPresent(i -> add(i.instance(), device.putObject("mig")));
      report.health().gpu(d.uuid()).ifPresent(h -> add(h, device.putObject("health")));
      report
          .health()
          .verdict(d.uuid())
          .ifPresent(v -> add(v, device.withObject("/health").putObject("verdict")));
    }
    report.health().note().ifPresent(note -> out.put("healthNote", note.toString()));
    out.putArray("silentGpus");
    report
        .health()
        .silent()
        .forEach(
            gpu ->
                out.withArray("/silentGpus")
                    .addObject()
                    .put("nvmlIndex", gpu.index().value())
                    .put("why", gpu.why().name()));
    if (withTopology) {
      report.health().topology().ifPresent(t -> add(t, out.putObject("topology")));
    }
    return out;
  }

  private static void add(DeviceProperties d, ObjectNode to) {
    to.put("index", d.index().value())
        .put("name", d.name())
        .put("computeCapability", d.computeCapability().toString())
        .put("memoryBytes", d.memory().bytes())
        .put("pci", d.pci().toString())
        .put("multiprocessors", d.multiprocessors())
        .put("clockKilohertz", d.clockKilohertz())
        .put("ecc", d.ecc())
        .put("integrated", d.integrated())
        .put("warpSize", d.limits().warpSize())
        .put("threadsPerBlock", d.limits().threadsPerBlock())
        .put("threadsPerMultiprocessor", d.limits().threadsPerMultiprocessor())
        .put("sharedMemoryPerBlockBytes", d.limits().sharedMemoryPerBlock().bytes())
        .put("sharedMemoryPerBlockOptInBytes", d.limits().sharedMemoryPerBlockOptIn().bytes())
        .put(
            "sharedMemoryPerMultiprocessorBytes",
            d.limits().sharedMemoryPerMultiprocessor().bytes())
        .put("l2CacheBytes", d.limits().l2Cache().bytes())
        .put("memoryBusBits", d.limits().memoryBusBits())
        .put("virtualMemory", d.features().virtualMemory())
        .put("memoryPools", d.features().memoryPools())
        .put("cooperativeLaunch", d.features().cooperativeLaunch());
  }

  private static void add(MigInstance i, ObjectNode to) {
    to.put("parent", i.parent().ofGpu())
        .put("number", i.number())
        .put("gpuInstance", i.gpuInstance())
        .put("computeInstance", i.computeInstance());
    i.profile().ifPresent(v -> to.put("profile", v));
    i.memory().ifPresent(v -> to.put("memoryBytes", v.bytes()));
  }

  /** Of the GPU as a whole, also for a part of it. */
  private static void add(DeviceHealth h, ObjectNode to) {
    to.put("nvmlIndex", h.index().value()).put("gpu", h.uuid().ofGpu());
    ObjectNode missing = JsonNodeFactory.instance.objectNode();
    add("celsius", h.celsius(), to, missing);
    add("fanPercent", h.fanPercent(), to, missing);
    add("milliwatts", h.power().milliwatts(), to, missing);
    add("milliwattsLimit", h.power().milliwattsLimit(), to, missing);
    add("millijoules", h.power().millijoules(), to, missing);
    read("memory", h.memory(), missing).ifPresent(v -> to.put("memoryUsedBytes", v.used().bytes()));
    read("utilization", h.utilization(), missing)
        .ifPresent(
            v ->
                to.put("gpuBusyPercent", v.gpuPercent())
                    .put("memoryBusyPercent", v.memoryPercent()));
    read("clock", h.clocks().multiprocessors(), missing)
        .ifPresent(v -> to.put("megahertz", v.megahertz()).put("maxMegahertz", v.maxMegahertz()));
    read("memoryClock", h.clocks().memory(), missing)
        .ifPresent(
            v ->
                to.put("memoryMegahertz", v.megahertz())
                    .put("maxMemoryMegahertz", v.maxMegahertz()));
    read("clockReasons", h.clocks().reasons(), missing)
        .ifPresent(v -> v.forEach(r -> to.withArray("/clockReasons").add(r.name())));
    add(h.errors(), to, missing);
    read("pcie", h.pcie().now(), missing)
        .ifPresent(v -> to.put("pcieGeneration", v.generation()).put("pcieLanes", v.lanes()));
    read("pcieBest", h.pcie().best(), missing)
        .ifPresent(
            v -> to.put("pcieBestGeneration", v.generation()).put("pcieBestLanes", v.lanes()));
    add("pcieReplays", h.pcie().replays(), to, missing);
    read("fabric", h.fabric(), missing).ifPresent(v -> to.put("fabric", v.name()));
    read("processes", h.processes(), missing)
        .ifPresent(
            v -> {
              to.putArray("processes");
              v.forEach(p -> add(p, to.withArray("/processes").addObject()));
            });
    read("migEnabled", h.migEnabled(), missing).ifPresent(v -> to.put("migEnabled", v));
    to.set("missing", missing);
  }

  private static void add(MemoryErrors e, ObjectNode to, ObjectNode missing) {
    read("ecc", e.sinceDriverStart(), missing)
        .ifPresent(
            v ->
                to.put("correctedEccErrors", v.corrected())
                    .put("uncorrectedEccErrors", v.uncorrected()));
    read("eccEver", e.ever(), missing)
        .ifPresent(
            v ->
                to.put("correctedEccErrorsEver", v.corrected())
                    .put("uncorrectedEccErrorsEver", v.uncorrected()));
    read("retiredPages", e.retiredPages(), missing)
        .ifPresent(
            v ->
                to.putObject("retiredPages")
                    .put("singleBit", v.singleBit())
                    .put("doubleBit", v.doubleBit())
                    .put("pending", v.pending()));
    read("remappedRows", e.remappedRows(), missing)
        .ifPresent(
            v ->
                to.putObject("remappedRows")
                    .put("corrected", v.corrected())
                    .put("uncorrected", v.uncorrected())
                    .put("pending", v.pending())
                    .put("failed", v.failed()));
    read("spareRows", e.spareRows(), missing)
        .ifPresent(v -> to.put("banksWithoutSpareRows", v.none()));
  }

  private static void add(GpuProcess p, ObjectNode to) {
    to.put("pid", p.pid()).put("kind", p.kind().name());
    p.memory().ifPresent(v -> to.put("memoryBytes", v.bytes()));
    p.gpuInstance().ifPresent(v -> to.put("gpuInstance", v));
    p.name().ifPresent(v -> to.put("name", v));
  }

  private static void add(Verdict verdict, ObjectNode to) {
    to.put("level", verdict.level().name());
    to.putArray("findings");
    verdict
        .findings()
        .forEach(
            f ->
                to.withArray("/findings")
                    .addObject()
                    .put("level", f.level().name())
                    .put("cause", f.cause().name())
                    .put("problem", f.problem())
                    .put("remedy", f.remedy()));
  }

  private static void add(Topology t, ObjectNode to) {
    to.putArray("gpus");
    for (Topology.Gpu gpu : t.gpus()) {
      ObjectNode node =
          to.withArray("/gpus")
              .addObject()
              .put("nvmlIndex", gpu.index().value())
              .put("uuid", gpu.uuid().ofGpu());
      gpu.pci().ifPresent(v -> node.put("pci", v.toString()));
      gpu.numaNode().ifPresent(v -> node.put("numaNode", v));
      gpu.processors().ifPresent(v -> node.put("processors", v));
    }
    to.putArray("ways");
    for (int i = 0; i < t.gpus().size(); i++) {
      for (int j = i + 1; j < t.gpus().size(); j++) {
        Way way = t.way(i, j);
        ObjectNode node =
            to.withArray("/ways")
                .addObject()
                .put("from", t.gpus().get(i).index().value())
                .put("to", t.gpus().get(j).index().value())
                .put("nvLinks", way.nvLinks())
                .put("throughSwitch", way.throughSwitch());
        way.path().value().ifPresent(v -> node.put("path", v.name()));
      }
    }
  }

  private static void add(
      String name, Reading<? extends Number> reading, ObjectNode to, ObjectNode missing) {
    read(name, reading, missing).ifPresent(v -> to.put(name, v.longValue()));
  }

  private static <T> Optional<T> read(String name, Reading<T> reading, ObjectNode missing) {
    if (reading instanceof Reading.Missing<T> m) {
      missing.put(name, m.why().name());
    }
    return reading.value();
  }
}
