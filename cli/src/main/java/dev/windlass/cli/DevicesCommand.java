package dev.windlass.cli;

import dev.windlass.cuda.availability.CudaUnavailableException;
import dev.windlass.cuda.availability.CudaVersion;
import dev.windlass.cuda.availability.DriverFit;
import dev.windlass.cuda.device.DeviceProperties;
import dev.windlass.cuda.health.DeviceHealth;
import dev.windlass.cuda.health.DeviceHealth.InstanceHealth;
import dev.windlass.cuda.health.Reading;
import dev.windlass.cuda.health.Verdict;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code windlass devices}. */
@Command(
    name = "devices",
    description = "Shows the CUDA devices of this machine or pod; if there are none, why.")
final class DevicesCommand implements Callable<Integer> {
  private final Host host;
  @Mixin private OutputOption output = new OutputOption();

  @Option(
      names = "--topology",
      description = "Shows how the GPUs are connected, as 'nvidia-smi topo -m' does.")
  private boolean topology;

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
      host.screen().out(output.output().write(DevicesJson.of(e)));
      return ExitCode.NO_CUDA.code();
    }
    if (output.output() != Output.TABLE) {
      host.screen().out(output.output().write(DevicesJson.of(report, topology)));
      return ExitCode.OK.code();
    }
    if (topology) {
      report.health().topology().ifPresent(t -> show(TopologyText.table(t, report)));
      report.health().topology().ifPresent(t -> host.screen().err(TopologyText.legend(t)));
    } else {
      show(table(report));
      host.screen().err("The driver knows CUDA up to " + report.driverVersion() + ".");
    }
    notes(report);
    return ExitCode.OK.code();
  }

  private void show(Table table) {
    host.screen().out(table.render(host.screen().outColour(), host.screen().outWidth()));
  }

  private void notes(DeviceReport report) {
    report
        .health()
        .note()
        .ifPresent(
            note ->
                host.screen()
                    .err(
                        (topology ? "Note: No topology: " : "Note: No temperature and load: ")
                            + note));
    report
        .health()
        .silent()
        .forEach(
            gpu ->
                host.screen()
                    .err("Note: NVML's GPU " + gpu.index() + " does not answer: " + gpu.why()));
    report
        .health()
        .gpus()
        .forEach(
            gpu ->
                report
                    .health()
                    .verdict(gpu.uuid())
                    .ifPresent(
                        verdict ->
                            verdict.findings().forEach(f -> host.screen().err(note(gpu, f)))));
    if (report.fit() != DriverFit.FULL) {
      host.screen()
          .err(
              "Note: Windlass is built on CUDA "
                  + CudaVersion.TOOLKIT
                  + ". With this driver machine code runs, but no PTX of that version.");
    }
  }

  private static String note(DeviceHealth gpu, Verdict.Finding finding) {
    return "Note on "
        + gpu.pci().value().map(Object::toString).orElse(gpu.uuid().ofGpu())
        + ": "
        + finding.problem()
        + ". "
        + finding.remedy()
        + ".";
  }

  private static Table table(DeviceReport report) {
    Table table =
        new Table(
                "INDEX", "NAME", "HEALTH", "MEMORY", "USED", "BUSY", "TEMP", "POWER", "CC", "SMS",
                "PCI", "UUID")
            .leaveOut("UUID", "PCI", "SMS", "CC", "POWER", "TEMP");
    for (DeviceProperties d : report.devices()) {
      Optional<DeviceHealth> gpu = report.health().gpu(d.uuid());
      Optional<InstanceHealth> instance = report.health().instance(d.uuid());
      table.row(
          Table.Cell.of(d.index().toString()),
          Table.Cell.of(name(d, instance)),
          health(report.health().verdict(d.uuid())),
          Table.Cell.of(Numbers.memory(d.memory())),
          Table.Cell.of(
              Optional.ofNullable(report.used().get(d.uuid())).map(Numbers::memory).orElse("")),
          told(
              instance.isPresent() ? Optional.empty() : gpu,
              DeviceHealth::utilization,
              busy -> busy.gpuPercent() + " %"),
          told(gpu, DeviceHealth::celsius, celsius -> celsius + " C"),
          told(gpu, g -> g.power().milliwatts(), mw -> Math.round(mw / 1000.0) + " W"),
          Table.Cell.of(d.computeCapability().toString()),
          Table.Cell.of("" + d.multiprocessors()),
          Table.Cell.of(d.pci().toString()),
          Table.Cell.of(report.health().uuid(d)));
    }
    return table;
  }

  /** The driver puts the size of a part into its name, but for some. */
  private static String name(DeviceProperties d, Optional<InstanceHealth> instance) {
    return d.name()
        + instance
            .flatMap(i -> i.instance().profile())
            .filter(profile -> !d.name().contains(profile))
            .map(profile -> " MIG " + profile)
            .orElse("");
  }

  private static Table.Cell health(Optional<Verdict> verdict) {
    return verdict
        .map(
            v ->
                switch (v.level()) {
                  case HEALTHY -> new Table.Cell("good", Style.GREEN);
                  case DEGRADED -> new Table.Cell("degraded", Style.YELLOW);
                  case BROKEN -> new Table.Cell("broken", Style.RED);
                })
        .orElse(Table.Cell.of(""));
  }

  private static <T> Table.Cell told(
      Optional<DeviceHealth> health,
      Function<DeviceHealth, Reading<T>> which,
      Function<T, String> text) {
    return Table.Cell.of(health.flatMap(h -> which.apply(h).value()).map(text).orElse(""));
  }
}
