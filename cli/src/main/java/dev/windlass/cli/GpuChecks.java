package dev.windlass.cli;

import static dev.windlass.cli.Check.fail;
import static dev.windlass.cli.Check.ok;
import static dev.windlass.cli.Check.skipped;
import static dev.windlass.cli.Check.warn;

import dev.windlass.cuda.availability.Availability.Available;
import dev.windlass.cuda.availability.Availability.Unavailable;
import dev.windlass.cuda.availability.UnavailableReason;
import dev.windlass.cuda.availability.VisibleDevices;
import dev.windlass.cuda.device.CudaSelection;
import dev.windlass.cuda.device.GivenDevices;
import dev.windlass.cuda.device.GivenDevices.Match;
import dev.windlass.cuda.device.GpuIdentity;
import dev.windlass.cuda.health.DeviceHealth;
import dev.windlass.cuda.health.DeviceHealth.Fabric;
import dev.windlass.cuda.health.Verdict;
import dev.windlass.cuda.health.Verdict.Finding;
import dev.windlass.cuda.health.Verdict.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Judges which GPUs a pod has, and how they are. */
final class GpuChecks {
  private final PodFacts facts;
  private final List<DeviceHealth> gpus;

  GpuChecks(PodFacts facts) {
    this.facts = facts;
    this.gpus = facts.health().gpus();
  }

  private Optional<String> variable(String name) {
    return facts.environment().variable(name);
  }

  private boolean started() {
    return facts.availability() instanceof Available;
  }

  private List<GpuIdentity> identities() {
    return gpus.stream().map(DeviceHealth::identity).toList();
  }

  Check givenDevices() {
    String name = "NVIDIA_VISIBLE_DEVICES";
    GivenDevices given = GivenDevices.parse(variable(name));
    String found = variable(name).map(value -> "'" + value + "': ").orElse("") + given.explain();
    String ask = "Ask for a GPU in the job (in Kubernetes: nvidia.com/gpu in the limits)";
    switch (given.meaning()) {
      case NOTHING, DRIVER_ONLY -> {
        return started() ? ok(name, found + "; the GPU came another way") : fail(name, found, ask);
      }
      case ALL -> {
        return variable("KUBERNETES_SERVICE_HOST").isPresent()
            ? warn(
                name,
                found + ", whatever the pod asked for",
                "Leave the variable out of the image and the pod: the device plugin sets it")
            : ok(name, found);
      }
      default -> {
        // numbers are the node's, and mean others here
        List<Match> absent =
            given.hasNumbers() || gpus.isEmpty()
                ? List.of()
                : given.resolve(identities()).stream().filter(m -> m.devices().isEmpty()).toList();
        return absent.isEmpty()
            ? ok(name, found)
            : fail(
                name,
                found
                    + absent.stream()
                        .map(m -> ", " + m.entry() + " " + m.words())
                        .collect(Collectors.joining()),
                "Make the pod anew; if it stays so, look at 'nvidia-smi -L' on the node");
      }
    }
  }

  Check capabilities() {
    String name = "NVIDIA_DRIVER_CAPABILITIES";
    Optional<String> value = variable(name).filter(text -> !text.isBlank());
    if (value.isEmpty()) {
      return ok(name, "not set: compute and utility, if the runtime sets anything");
    }
    List<String> parts = Stream.of(value.get().split(",", -1)).map(String::strip).toList();
    String remedy = "Set it to compute,utility, and make the container anew";
    if (parts.contains("all") || parts.containsAll(List.of("compute", "utility"))) {
      return ok(name, value.get());
    }
    return parts.contains("compute")
        ? warn(name, value.get() + " leaves out 'utility', which is NVML", remedy)
        : started()
            ? warn(name, value.get() + " leaves out 'compute'; CUDA came another way", remedy)
            : fail(name, value.get() + " leaves out 'compute', which is CUDA", remedy);
  }

  Check visibleDevices() {
    String name = "CUDA_VISIBLE_DEVICES";
    Optional<String> value = variable(name);
    if (value.isEmpty()) {
      return ok(name, "not set: all devices are shown");
    }
    VisibleDevices list = VisibleDevices.parse(value.get());
    String found = "'" + value.get() + "'";
    String remedy =
        "Unset it, or name devices that are there: by index from 0, or by UUID as 'nvidia-smi -L'"
            + " shows it";
    if (list.hidesAll()) {
      return fail(name, found + " hides every device", remedy);
    }
    CudaSelection selection =
        gpus.isEmpty()
            ? new CudaSelection(List.of(), list.endedBy(), "it names nothing")
            : CudaSelection.of(list, identities());
    if (selection.endedBy().isPresent()) {
      String end =
          found
              + " ends at '"
              + selection.endedBy().get()
              + "': "
              + selection.words()
              + "; what comes after it is hidden";
      return selection.devices().isEmpty() && !gpus.isEmpty()
          ? fail(name, end, remedy)
          : warn(name, end, remedy);
    }
    int shown = list.entries().size();
    return ok(name, found + " shows " + shown + (shown == 1 ? " device" : " devices"));
  }

  Check mig() {
    String name = "MIG";
    if (facts.availability() instanceof Unavailable why
        && why.reason() == UnavailableReason.MIG_WITHOUT_INSTANCE) {
      return fail(name, why.problem(), why.remedy());
    }
    List<DeviceHealth> split =
        gpus.stream().filter(gpu -> gpu.migEnabled().value().orElse(false)).toList();
    if (split.isEmpty()) {
      return gpus.isEmpty() ? skipped(name, "NVML does not tell") : ok(name, "no GPU is split");
    }
    String instances =
        split.stream()
            .flatMap(gpu -> gpu.instances().stream())
            .map(i -> i.instance().profile().orElse("one of unknown size"))
            .collect(Collectors.joining(", "));
    if (instances.isEmpty() && started()) {
      return ok(name, "the GPU is split, and NVML does not tell of its parts");
    }
    return instances.isEmpty()
        ? warn(
            name,
            split.size() + " of the GPUs are for MIG and have no instance here",
            "Make one on the node ('nvidia-smi mig -cgi ... -C') and ask for it in the job")
        : ok(name, instances);
  }

  Check fabric() {
    String name = "fabric manager";
    if (facts.availability() instanceof Unavailable why
        && why.reason() == UnavailableReason.SYSTEM_NOT_READY) {
      return fail(name, why.problem(), why.remedy());
    }
    List<Fabric> states = gpus.stream().flatMap(gpu -> gpu.fabric().value().stream()).toList();
    if (states.isEmpty()) {
      return skipped(
          name, gpus.isEmpty() ? "NVML does not tell" : "the GPUs are on no switches of NVLink");
    }
    return states.stream().allMatch(Fabric.COMPLETED::equals)
        ? ok(name, "all GPUs are connected")
        : fail(
            name,
            "the GPUs are " + states,
            "Start nvidia-fabricmanager on the node, in the driver's own version, and look at its"
                + " log");
  }

  /** One check for each GPU; one if there is none. */
  List<Check> health() {
    List<Check> checks = new ArrayList<>();
    for (DeviceHealth gpu : gpus) {
      checks.add(health(gpu, Optional.ofNullable(facts.health().verdicts().get(gpu.uuid()))));
    }
    facts
        .health()
        .silent()
        .forEach(
            gpu ->
                checks.add(
                    fail(
                        "GPU " + gpu.index(),
                        "It does not even tell its UUID (" + gpu.why() + ")",
                        "Look at 'nvidia-smi' on the node")));
    return checks.isEmpty() ? List.of(skipped("health of the GPUs", "NVML does not tell")) : checks;
  }

  private static Check health(DeviceHealth gpu, Optional<Verdict> verdict) {
    String name = "GPU " + gpu.index();
    List<Finding> findings = verdict.map(Verdict::findings).orElse(List.of());
    if (findings.isEmpty()) {
      List<String> facts = new ArrayList<>(List.of(gpu.name()));
      gpu.celsius().value().ifPresent(v -> facts.add(v + " C"));
      gpu.power().milliwatts().value().ifPresent(v -> facts.add(Math.round(v / 1000.0) + " W"));
      gpu.utilization().value().ifPresent(v -> facts.add(v.gpuPercent() + " % busy"));
      gpu.processes()
          .value()
          .ifPresent(v -> facts.add(v.size() + (v.size() == 1 ? " process" : " processes")));
      return ok(name, String.join(", ", facts));
    }
    String found = findings.stream().map(Finding::problem).collect(Collectors.joining(". "));
    String remedy = findings.get(0).remedy();
    return findings.get(0).level() == Level.BROKEN
        ? fail(name, found, remedy)
        : warn(name, found, remedy);
  }
}
