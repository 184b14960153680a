package dev.windlass.cuda.availability;

import dev.windlass.cuda.availability.Availability.Unavailable;
import dev.windlass.cuda.availability.CudaEnvironment.DeviceFile;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Why CUDA cannot be used, from what can be seen.
 *
 * <p>One symptom has many causes: a container that was started without a GPU, one whose variables
 * leave out a part of the driver, and a machine without a driver all lack {@code libcuda.so.1}; a
 * hidden, a forbidden and an absent GPU all give error 100. So the variables and the files in
 * {@code /dev} are looked at before a cause is named, and where two causes stay possible, the text
 * names both.
 */
public final class Diagnosis {
  private static final String CAPABILITIES = "NVIDIA_DRIVER_CAPABILITIES";
  private static final String HIDES = "CUDA_VISIBLE_DEVICES";
  private static final String GIVEN = "NVIDIA_VISIBLE_DEVICES";

  private Diagnosis() {}

  /**
   * What keeps NVIDIA's driver from being loaded, before anything native is touched.
   *
   * @param environment what can be seen
   * @param glue whether the native glue for this platform is on the class path
   * @param runtime whether the runtime library is there too
   * @return empty if all files are there
   */
  public static Optional<Unavailable> beforeLoading(
      CudaEnvironment environment, BooleanSupplier glue, BooleanSupplier runtime) {
    if (!environment.platform().equals("linux-x86_64")
        && !environment.platform().equals("linux-arm64")) {
      return because(
          UnavailableReason.UNSUPPORTED_PLATFORM,
          "CUDA through Windlass runs on Linux on x86-64 and arm64, and this is "
              + environment.platform(),
          "Run the job on a cluster whose nodes have NVIDIA GPUs");
    }
    if (environment.library(CudaEnvironment.DRIVER_LIBRARY).isEmpty()) {
      return Optional.of(noDriverLibrary(environment));
    }
    if (!glue.getAsBoolean()) {
      return because(
          UnavailableReason.NATIVE_GLUE_MISSING,
          "The native part of JavaCPP's CUDA presets for " + environment.platform() + " is missing",
          "Add org.bytedeco:cuda and org.bytedeco:javacpp with the classifier "
              + environment.platform()
              + " to the dependencies");
    }
    if (environment.library(CudaEnvironment.RUNTIME_LIBRARY).isEmpty() && !runtime.getAsBoolean()) {
      return because(
          UnavailableReason.NO_RUNTIME_LIBRARY,
          "The driver is there, but the CUDA "
              + CudaVersion.TOOLKIT.major()
              + " runtime library "
              + CudaEnvironment.RUNTIME_LIBRARY
              + " is not",
          "Use an image that has it, such as nvidia/cuda:"
              + CudaVersion.TOOLKIT
              + ".0-base-ubuntu24.04, or put the folder of the library on LD_LIBRARY_PATH");
    }
    return Optional.empty();
  }

  private static Unavailable noDriverLibrary(CudaEnvironment environment) {
    String missing = "There is no CUDA driver library " + CudaEnvironment.DRIVER_LIBRARY + " here";
    Optional<String> capabilities = environment.variable(CAPABILITIES);
    if (capabilities.isPresent() && !hasCompute(capabilities.get())) {
      return new Unavailable(
          UnavailableReason.NO_COMPUTE_CAPABILITY,
          missing
              + ": the container was made with "
              + CAPABILITIES
              + "="
              + capabilities.get()
              + ", which leaves out 'compute'",
          "Set " + CAPABILITIES + " to compute,utility");
    }
    Optional<String> given = environment.variable(GIVEN).map(String::strip);
    if (given.isPresent()
        && (given.get().isEmpty() || given.get().equals("void") || given.get().equals("none"))) {
      return new Unavailable(
          UnavailableReason.NO_DRIVER_LIBRARY,
          missing + ": the container was made with " + GIVEN + "='" + given.get() + "'",
          "Ask for a GPU in the job, or set " + GIVEN + " to all where there is no device plugin");
    }
    if (environment.deviceFiles().stream().anyMatch(DeviceFile::isGpu)
        || environment.kernelDriver().isPresent()) {
      return new Unavailable(
          UnavailableReason.NO_DRIVER_LIBRARY,
          missing + ", though the kernel has NVIDIA's driver",
          "In a container: run it with NVIDIA's container runtime (in Kubernetes: runtimeClassName"
              + " nvidia). Else install the driver's libraries, or put their folder on"
              + " LD_LIBRARY_PATH");
    }
    return new Unavailable(
        UnavailableReason.NO_DRIVER_LIBRARY,
        missing,
        "Run on a machine with an NVIDIA GPU and its driver. In a container, ask for a GPU (in"
            + " Kubernetes: nvidia.com/gpu in the limits; docker: --gpus all)");
  }

  private static boolean hasCompute(String capabilities) {
    for (String capability : capabilities.split(",", -1)) {
      if (capability.strip().equals("compute") || capability.strip().equals("all")) {
        return true;
      }
    }
    return capabilities.isBlank(); // the runtime's default has it
  }

  /** The libraries are there, and the loader refused them with this message. */
  public static Unavailable notLoadable(CudaEnvironment environment, String message) {
    return new Unavailable(
        UnavailableReason.LIBRARY_NOT_LOADABLE,
        "CUDA's libraries "
            + environment.libraries().values().stream().sorted().toList()
            + " are there and cannot be loaded: "
            + message.strip(),
        "Check that they are for this processor and readable, that their folders are on"
            + " LD_LIBRARY_PATH, and that JavaCPP can write its cache (the system property"
            + " org.bytedeco.javacpp.cachedir names another folder)");
  }

  /**
   * The driver did not start.
   *
   * @param code what {@code cuInit} returned, not 0
   * @param environment what can be seen
   */
  public static Unavailable notStarted(int code, CudaEnvironment environment) {
    String refused = "The driver does not start: error " + code;
    return switch (code) {
      case 34 ->
          new Unavailable(
              UnavailableReason.STUB_LIBRARY,
              "The "
                  + CudaEnvironment.DRIVER_LIBRARY
                  + " that was loaded is the toolkit's stub, which is made for linking only",
              "Take the folder 'stubs' off LD_LIBRARY_PATH");
      case 46 ->
          new Unavailable(
              UnavailableReason.DEVICE_BUSY,
              refused + ", the GPU is not available now",
              "Look for a process that holds it in exclusive mode, or for a reset under way");
      case 100, 101 -> noDevices(environment);
      case 802 ->
          new Unavailable(
              UnavailableReason.SYSTEM_NOT_READY,
              refused + ", the system is not ready: the links between its GPUs are not set up",
              "Start nvidia-fabricmanager on the node, in the driver's own version, and wait until"
                  + " 'nvidia-smi -q' shows the fabric's state as completed");
      case 803 -> mismatch(environment);
      case 804 ->
          new Unavailable(
              UnavailableReason.COMPATIBILITY_NOT_SUPPORTED,
              refused
                  + ", the image's CUDA compatibility library works with data-centre GPUs only,"
                  + " and this is another one",
              "Take /usr/local/cuda/compat off LD_LIBRARY_PATH, and use an image whose CUDA is not"
                  + " newer than the node's driver");
      case 805, 806, 807, 808, 809 ->
          new Unavailable(
              UnavailableReason.MPS_REFUSED,
              refused + ", the multi-process service refused the connection",
              "Look at the MPS daemon's log on the node; it may be down, full, or run by another"
                  + " user");
      default ->
          environment.gpuLost()
              ? detached()
              : new Unavailable(
                  forbidden(environment)
                      ? UnavailableReason.NO_PERMISSION
                      : UnavailableReason.DRIVER_FAILED,
                  refused + (forbidden(environment) ? ", and " + closedFiles(environment) : ""),
                  forbidden(environment)
                      ? OPEN_FILES
                      : "Look at 'nvidia-smi' and at the kernel's log ('dmesg | grep -i nvrm') on the"
                          + " node; a driver that was updated needs its kernel modules loaded anew");
    };
  }

  private static final String OPEN_FILES =
      "Give the process's user or group access to /dev/nvidia*, or let NVIDIA's container runtime"
          + " add them";

  private static Unavailable mismatch(CudaEnvironment environment) {
    String library =
        environment
            .library(CudaEnvironment.DRIVER_LIBRARY)
            .map(path -> " (" + path + ")")
            .orElse("");
    return new Unavailable(
        UnavailableReason.DRIVER_MISMATCH,
        "The driver does not start: error 803, the driver library"
            + library
            + " is not of the release that the kernel has"
            + environment.kernelDriver().map(r -> " (" + r + ")").orElse(""),
        library.contains("compat")
            ? "Take the image's compatibility library off LD_LIBRARY_PATH, or use an image whose"
                + " CUDA is not newer than the node's driver"
            : "If the driver was updated, restart the node. If the image brings a driver library of"
                + " its own, remove it");
  }

  /** The driver runs, and has no device for this process. */
  public static Unavailable noDevices(CudaEnvironment environment) {
    if (environment.gpuLost()) {
      return detached();
    }
    if (forbidden(environment)) {
      return new Unavailable(
          UnavailableReason.NO_PERMISSION,
          "There is a GPU, but " + closedFiles(environment),
          OPEN_FILES);
    }
    long gpus = environment.deviceFiles().stream().filter(DeviceFile::isGpu).count();
    Optional<String> hides = environment.variable(HIDES);
    if (hides.isPresent()) {
      VisibleDevices visible = VisibleDevices.parse(hides.get());
      if (visible.hidesAll() || (gpus > 0 && visible.startsBeyond(gpus))) {
        return new Unavailable(
            UnavailableReason.DEVICES_HIDDEN,
            HIDES + "='" + hides.get() + "' hides every GPU",
            "Unset it, or name a GPU that is there: by index from 0, or by UUID as 'nvidia-smi -L'"
                + " shows it");
      }
    }
    if (gpus == 0) {
      return new Unavailable(
          UnavailableReason.NO_DEVICE,
          "The driver library is there, but no GPU: there is no file /dev/nvidia0 or the like",
          "Ask for a GPU (in Kubernetes: nvidia.com/gpu in the limits; docker: --gpus all). On a"
              + " machine with a GPU, load the kernel's driver ('modprobe nvidia')");
    }
    return new Unavailable(
        UnavailableReason.NO_DEVICE,
        "There are files of GPUs in /dev, but the driver shows none of them to this process"
            + hides.map(v -> " (" + HIDES + "='" + v + "')").orElse(""),
        "If MIG is enabled on the GPU, make an instance of it ('nvidia-smi mig -cgi ... -C') and"
            + " ask for that; else look at 'nvidia-smi' on the node");
  }

  /** The driver has no device for this process, and NVML shows GPUs split into no MIG instance. */
  public static Unavailable migWithoutInstance() {
    return new Unavailable(
        UnavailableReason.MIG_WITHOUT_INSTANCE,
        "MIG is enabled on the GPU, and there is no instance of it for this process",
        "Make one on the node ('nvidia-smi mig -cgi ... -C') and ask for it in the job, or turn MIG"
            + " off ('nvidia-smi -mig 0')");
  }

  private static Unavailable detached() {
    return new Unavailable(
        UnavailableReason.DEVICE_DETACHED,
        "The container may no longer open the GPU's files, as happens when 'systemctl"
            + " daemon-reload' is run on the node",
        "Make the pod anew. On the node, let the container runtime use CDI");
  }

  private static boolean forbidden(CudaEnvironment environment) {
    return environment.deviceFiles().stream().anyMatch(f -> needed(f) && !f.usable());
  }

  private static boolean needed(DeviceFile file) {
    return file.isGpu() || file.name().equals("nvidiactl") || file.name().equals("nvidia-uvm");
  }

  private static String closedFiles(CudaEnvironment environment) {
    return "this user may not read and write "
        + environment.deviceFiles().stream()
            .filter(f -> needed(f) && !f.usable())
            .map(f -> "/dev/" + f.name())
            .toList();
  }

  /** The driver is of an older major version of CUDA than Windlass's calls. */
  public static Unavailable tooOld(CudaVersion driver, CudaEnvironment environment) {
    return new Unavailable(
        UnavailableReason.DRIVER_TOO_OLD,
        "The driver knows CUDA up to "
            + driver
            + environment.kernelDriver().map(r -> " (release " + r + ")").orElse("")
            + ", and Windlass's calls are those of CUDA "
            + CudaVersion.TOOLKIT,
        "Update the node's driver to "
            + DriverFit.oldestFor(CudaVersion.TOOLKIT).orElseThrow()
            + " or newer, or on a data-centre GPU add the package cuda-compat-"
            + CudaVersion.TOOLKIT.toString().replace('.', '-')
            + " to the image");
  }

  private static Optional<Unavailable> because(
      UnavailableReason reason, String problem, String remedy) {
    return Optional.of(new Unavailable(reason, problem, remedy));
  }
}
