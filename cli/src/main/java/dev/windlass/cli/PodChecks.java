package dev.windlass.cli;

import static dev.windlass.cli.Check.fail;
import static dev.windlass.cli.Check.ok;
import static dev.windlass.cli.Check.skipped;
import static dev.windlass.cli.Check.warn;

import dev.windlass.core.job.Memory;
import dev.windlass.cuda.availability.Availability.Available;
import dev.windlass.cuda.availability.Availability.Unavailable;
import dev.windlass.cuda.availability.CudaEnvironment;
import dev.windlass.cuda.availability.CudaEnvironment.DeviceFile;
import dev.windlass.cuda.availability.CudaVersion;
import dev.windlass.cuda.availability.DriverFit;
import dev.windlass.cuda.availability.UnavailableReason;
import dev.windlass.cuda.device.DeviceProperties;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Judges a pod, or a machine, that is to use a GPU: its libraries, files and memory, and the start
 * of CUDA. {@link GpuChecks} judges the GPUs. One cause is told where it is found: what needs it is
 * skipped.
 */
final class PodChecks {
  private static final Set<UnavailableReason> BEFORE_THE_START =
      EnumSet.of(
          UnavailableReason.UNSUPPORTED_PLATFORM,
          UnavailableReason.NATIVE_GLUE_MISSING,
          UnavailableReason.NO_DRIVER_LIBRARY,
          UnavailableReason.NO_COMPUTE_CAPABILITY,
          UnavailableReason.NO_RUNTIME_LIBRARY);

  /** What NCCL takes for each GPU, roughly, and far more than Docker's 64 MiB. */
  private static final long SHARED_MEMORY_AT_LEAST = 1L << 30;

  private final PodFacts facts;
  private final CudaEnvironment environment;

  private PodChecks(PodFacts facts) {
    this.facts = facts;
    this.environment = facts.environment();
  }

  static CheckGroup of(PodFacts facts) {
    PodChecks pod = new PodChecks(facts);
    GpuChecks gpus = new GpuChecks(facts);
    List<Check> checks = new ArrayList<>();
    checks.add(pod.driverLibrary());
    checks.add(pod.runtimeLibrary());
    checks.add(pod.compiler());
    checks.add(pod.managementLibrary());
    checks.add(pod.compatibilityLibrary());
    checks.add(pod.deviceFiles());
    checks.add(gpus.givenDevices());
    checks.add(gpus.capabilities());
    checks.add(gpus.visibleDevices());
    checks.add(pod.start());
    checks.add(pod.driverFit());
    checks.add(gpus.mig());
    checks.add(gpus.fabric());
    checks.addAll(gpus.health());
    checks.add(pod.sharedMemory());
    checks.add(pod.memory());
    checks.add(pod.job());
    return new CheckGroup("This pod or machine", checks);
  }

  private Optional<Unavailable> unavailable(UnavailableReason... reasons) {
    return facts.availability() instanceof Unavailable why
            && List.of(reasons).contains(why.reason())
        ? Optional.of(why)
        : Optional.empty();
  }

  private static Check because(String name, Unavailable why) {
    return fail(name, why.problem(), why.remedy());
  }

  private Check driverLibrary() {
    String name = "driver library";
    return unavailable(
            UnavailableReason.UNSUPPORTED_PLATFORM,
            UnavailableReason.NO_DRIVER_LIBRARY,
            UnavailableReason.NO_COMPUTE_CAPABILITY)
        .map(why -> because(name, why))
        .orElseGet(() -> library(name, CudaEnvironment.DRIVER_LIBRARY));
  }

  private Check library(String name, String file) {
    return environment
        .library(file)
        .map(path -> ok(name, path.toString()))
        .orElseGet(() -> skipped(name, "there is no " + file));
  }

  private Check runtimeLibrary() {
    String name = "runtime library";
    String file = CudaEnvironment.RUNTIME_LIBRARY;
    if (unavailable(UnavailableReason.NATIVE_GLUE_MISSING).isPresent()) {
      return because(name, unavailable(UnavailableReason.NATIVE_GLUE_MISSING).get());
    }
    if (environment.library(file).isPresent() || facts.runtimeBundled()) {
      return facts.runtimeBundled() ? ok(name, "on the class path") : library(name, file);
    }
    if (facts.availability() instanceof Available available) {
      return skipped(name, "there is no " + file + "; " + available.driver() + " does without");
    }
    return fail(
        name,
        "There is no " + file,
        "Use an image that has it, such as nvidia/cuda:"
            + CudaVersion.TOOLKIT
            + ".0-base-ubuntu24.04");
  }

  private Check compiler() {
    String name = "compiler (NVRTC)";
    String file = CudaEnvironment.COMPILER_LIBRARY;
    if (environment.library(file).isPresent() || facts.compilerBundled()) {
      return facts.compilerBundled() ? ok(name, "on the class path") : library(name, file);
    }
    return warn(
        name,
        "There is no " + file + ": kernels cannot be compiled from source here",
        "Where that is needed, use an image that has it, such as nvidia/cuda:"
            + CudaVersion.TOOLKIT
            + ".0-runtime-ubuntu24.04");
  }

  private Check managementLibrary() {
    String name = "management library (NVML)";
    Check found = library(name, CudaEnvironment.HEALTH_LIBRARY);
    if (found.status() == Check.Status.OK) {
      return facts
          .health()
          .note()
          .map(
              note ->
                  warn(
                      name,
                      note.problem() + "; CUDA can work without it, health is not known",
                      note.remedy()))
          .orElse(found);
    }
    return warn(
        name,
        "There is no " + CudaEnvironment.HEALTH_LIBRARY + ": the GPUs' health is not known",
        "Put 'utility' into NVIDIA_DRIVER_CAPABILITIES");
  }

  private Check compatibilityLibrary() {
    String name = "compatibility library";
    Optional<Path> driver = environment.library(CudaEnvironment.DRIVER_LIBRARY);
    Optional<Unavailable> why =
        unavailable(
            UnavailableReason.COMPATIBILITY_NOT_SUPPORTED, UnavailableReason.DRIVER_MISMATCH);
    if (driver.isEmpty()) {
      return skipped(name, "there is no driver library");
    }
    if (!driver.get().toString().contains("/compat")) {
      return ok(name, "none: the driver is the node's own");
    }
    String found =
        driver.get()
            + " is the image's and not the node's"
            + environment.kernelDriver().map(r -> ", whose driver is " + r).orElse("");
    return why.map(
            w -> fail(name, found, "Take its folder off LD_LIBRARY_PATH, or use an older image"))
        .orElse(ok(name, found));
  }

  private Check deviceFiles() {
    String name = "device files";
    List<DeviceFile> files = environment.deviceFiles();
    if (environment.gpuLost()) {
      return fail(
          name,
          "The container may no longer open them, as happens when 'systemctl daemon-reload' is run"
              + " on the node",
          "Make the pod anew. On the node, let the container runtime use CDI");
    }
    Optional<Unavailable> forbidden = unavailable(UnavailableReason.NO_PERMISSION);
    if (forbidden.isPresent()) {
      return because(name, forbidden.get());
    }
    List<String> gpus = files.stream().filter(DeviceFile::isGpu).map(DeviceFile::name).toList();
    if (gpus.isEmpty() && facts.availability() instanceof Available available) {
      return skipped(name, "there are none; " + available.driver() + " does without");
    }
    if (gpus.isEmpty()) {
      return fail(
          name,
          "There is no /dev/nvidia0 or the like",
          "Ask for a GPU (in Kubernetes: nvidia.com/gpu in the limits; docker: --gpus all)");
    }
    boolean needsUvm = gpus.stream().anyMatch(gpu -> gpu.startsWith("nvidia"));
    if (needsUvm && files.stream().noneMatch(file -> file.name().equals("nvidia-uvm"))) {
      return warn(
          name,
          gpus + ", and no nvidia-uvm, which CUDA needs",
          "Run 'nvidia-modprobe -u -c 0' on the node, and make the container anew");
    }
    return ok(name, String.join(" ", gpus));
  }

  private Check start() {
    String name = "start of CUDA";
    if (facts.availability() instanceof Unavailable why) {
      return BEFORE_THE_START.contains(why.reason())
          ? skipped(name, "a library is missing")
          : because(name, why);
    }
    int devices = facts.devices().size();
    return ok(name, devices + (devices == 1 ? " device" : " devices"));
  }

  private Check driverFit() {
    String name = "driver and toolkit";
    Optional<Unavailable> tooOld = unavailable(UnavailableReason.DRIVER_TOO_OLD);
    if (tooOld.isPresent()) {
      return because(name, tooOld.get());
    }
    Optional<String> release = environment.kernelDriver().map(r -> " (release " + r + ")");
    if (!(facts.availability() instanceof Available available)) {
      return skipped(name, "CUDA did not start" + release.orElse(""));
    }
    String found =
        "CUDA " + available.driverVersion() + release.orElse("") + ", for " + CudaVersion.TOOLKIT;
    return available.fit() == DriverFit.FULL
        ? ok(name, found)
        : warn(
            name,
            found + ": machine code runs, and no PTX of that version",
            "Compile for the device's own architecture, as Windlass does, or update the driver");
  }

  private Check sharedMemory() {
    String name = "shared memory (/dev/shm)";
    if (facts.sharedMemory().isEmpty()) {
      return skipped(name, "there is none to be seen");
    }
    long bytes = facts.sharedMemory().getAsLong();
    String size = Numbers.memory(Memory.bytes(bytes));
    boolean together = facts.devices().size() > 1 || facts.job().worldSize() > 1;
    return together && bytes < SHARED_MEMORY_AT_LEAST
        ? warn(
            name,
            size + " is little for several GPUs: NCCL ends with a bus error",
            "Mount an emptyDir of medium Memory at /dev/shm (docker: --shm-size), as jobs of"
                + " Windlass with several GPUs have it")
        : ok(name, size + (together ? "" : ", enough for one GPU"));
  }

  private Check memory() {
    String name = "memory of the container";
    if (facts.memoryLimit().isEmpty()) {
      return ok(name, "no limit");
    }
    long limit = facts.memoryLimit().getAsLong();
    String found =
        Numbers.memory(Memory.bytes(limit))
            + (facts.memoryUsed().isPresent()
                ? ", " + Numbers.memory(Memory.bytes(facts.memoryUsed().getAsLong())) + " in use"
                : "")
            + ", Java's heap may take "
            + Numbers.memory(Memory.bytes(facts.javaHeap()));
    if (facts.javaHeap() > limit) {
      return warn(
          name,
          found + ": more than there is",
          "Give Java less (-Xmx, or -XX:MaxRAMPercentage), or the container more");
    }
    return facts.memoryUsed().isPresent() && facts.memoryUsed().getAsLong() > limit / 10 * 9
        ? warn(name, found, "Give the container more, or it will be killed")
        : ok(name, found);
  }

  private Check job() {
    String name = "job";
    if (facts.job().job().isEmpty()) {
      return skipped(name, "this is not in a job of Windlass");
    }
    String growth =
        facts.job().memoryGrowth().orElse(true)
            ? ", memory is taken as it is needed"
            : ", memory is taken at the start";
    String found = facts.job().job().get() + growth;
    if (facts.job().gpuMemoryLimit().isEmpty()) {
      return ok(name, found + ", no limit of GPU memory");
    }
    long limit = facts.job().gpuMemoryLimit().getAsLong();
    found += ", up to " + Numbers.memory(Memory.bytes(limit)) + " of each GPU";
    Optional<Memory> smallest =
        facts.devices().stream().map(DeviceProperties::memory).min(Comparator.naturalOrder());
    return smallest.isPresent() && limit > smallest.get().bytes()
        ? warn(
            name,
            found + ", which has " + Numbers.memory(smallest.get()),
            "Lower the job's limit of GPU memory, or ask for a larger GPU")
        : ok(name, found);
  }
}
