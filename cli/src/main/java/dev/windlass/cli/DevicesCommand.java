package dev.windlass.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.windlass.cuda.availability.CudaUnavailableException;
import dev.windlass.cuda.availability.CudaVersion;
import dev.windlass.cuda.availability.DriverFit;
import dev.windlass.cuda.device.DeviceProperties;
import dev.windlass.cuda.health.DeviceHealth;
import dev.windlass.cuda.health.Reading;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code windlass devices}. */
@Command(
    name = "devices",
    description = "Shows the CUDA devices of this machine or pod; if there are none, why.")
final class DevicesCommand implements Callable<Integer> {
  private final Host host;
  @Mixin private OutputOption output = new OutputOption();

  DevicesCommand(Host host) {
    this.host = host;
  }

  @Override
  public Integer call() {
    DeviceReport report;
    try {
      report = host.devices().get();
    } catch (CudaUnavailableException e) {
      if (output.output() == Output.TABLE) {
        throw e; // told like every error
      }
      host.screen().out(output.output().write(json(e)));
      return ExitCode.NO_CUDA.code();
    }
    if (output.output() == Output.TABLE) {
      host.screen().out(table(report).render(host.screen().outColour(), host.screen().outWidth()));
      host.screen().err("The driver knows CUDA up to " + report.driverVersion() + ".");
      report.note().ifPresent(note -> host.screen().err("Note: " + note));
      if (report.fit() != DriverFit.FULL) {
        host.screen()
            .err(
                "Note: Windlass is built on CUDA "
                    + CudaVersion.TOOLKIT
                    + ". With this driver machine code runs, but no PTX of that version.");
      }
    } else {
      host.screen().out(output.output().write(json(report)));
    }
    return ExitCode.OK.code();
  }

  private static Table table(DeviceReport report) {
    Table table =
        new Table(
            "INDEX", "NAME", "MEMORY", "USED", "CC", "SMS", "BUSY", "TEMP", "POWER", "PCI", "UUID");
    for (DeviceProperties d : report.devices()) {
      Optional<DeviceHealth> health = report.health(d.uuid());
      table.row(
          d.index().toString(),
          d.name(),
          Numbers.memory(d.memory()),
          told(health, DeviceHealth::memory, memory -> Numbers.memory(memory.used())),
          d.computeCapability().toString(),
          "" + d.multiprocessors(),
          told(health, DeviceHealth::utilization, busy -> busy.gpuPercent() + " %"),
          told(health, DeviceHealth::celsius, celsius -> celsius + " C"),
          told(health, DeviceHealth::milliwatts, mw -> Math.round(mw / 1000.0) + " W"),
          d.pci().toString(),
          d.uuid().toString());
    }
    return table;
  }

  private static <T> String told(
      Optional<DeviceHealth> health,
      Function<DeviceHealth, Reading<T>> which,
      Function<T, String> text) {
    return health.flatMap(h -> which.apply(h).value()).map(text).orElse("");
  }

  private static ObjectNode json(CudaUnavailableException e) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("available", false)
        .put("reason", e.reason().name())
        .put("problem", e.problem())
        .put("remedy", e.remedy());
  }

  private static ObjectNode json(DeviceReport report) {
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
      device
          .put("index", d.index().value())
          .put("uuid", d.uuid().toString())
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
      report.health(d.uuid()).ifPresent(h -> add(h, device.putObject("health")));
    }
    return out;
  }

  private static void add(DeviceHealth h, ObjectNode to) {
    to.put("nvmlIndex", h.index().value());
    h.celsius().value().ifPresent(v -> to.put("celsius", v));
    h.milliwatts().value().ifPresent(v -> to.put("milliwatts", v));
    h.milliwattsLimit().value().ifPresent(v -> to.put("milliwattsLimit", v));
    h.memory().value().ifPresent(v -> to.put("memoryUsedBytes", v.used().bytes()));
    h.utilization()
        .value()
        .ifPresent(
            v ->
                to.put("gpuBusyPercent", v.gpuPercent())
                    .put("memoryBusyPercent", v.memoryPercent()));
    h.clockReasons()
        .value()
        .ifPresent(v -> v.forEach(r -> to.withArray("/clockReasons").add(r.name())));
    h.uncorrectedEccErrors().value().ifPresent(v -> to.put("uncorrectedEccErrors", v));
    h.migEnabled().value().ifPresent(v -> to.put("migEnabled", v));
  }
}
