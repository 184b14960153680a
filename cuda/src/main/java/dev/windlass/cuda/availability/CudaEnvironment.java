package dev.windlass.cuda.availability;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What can be seen of CUDA on a machine without touching native code. All judgement is made on this
 * value, so that it can be tested.
 *
 * @param variables the environment variables
 * @param platform operating system and processor, for example {@code linux-x86_64}
 * @param libraries by file name, where the loader will find CUDA's libraries; absent: nowhere
 * @param deviceFiles NVIDIA's files in {@code /dev}
 * @param kernelDriver the release of the driver in the kernel, if it is loaded and says so
 */
public record CudaEnvironment(
    Map<String, String> variables,
    String platform,
    Map<String, Path> libraries,
    List<DeviceFile> deviceFiles,
    Optional<DriverRelease> kernelDriver) {
  /** The file name of the driver library. */
  public static final String DRIVER_LIBRARY = "libcuda.so.1";

  /** The file name of the management library, NVML. */
  public static final String HEALTH_LIBRARY = "libnvidia-ml.so.1";

  /** The file name of the runtime library, of the toolkit that Windlass is built on. */
  public static final String RUNTIME_LIBRARY = "libcudart.so." + CudaVersion.TOOLKIT.major();

  /** The file name of the runtime compiler, NVRTC, of the same toolkit. */
  public static final String COMPILER_LIBRARY = "libnvrtc.so." + CudaVersion.TOOLKIT.major();

  /**
   * A file in {@code /dev}.
   *
   * @param name its name, for example {@code nvidia0}
   * @param usable whether this user may read and write it
   */
  public record DeviceFile(String name, boolean usable) {
    boolean isGpu() {
      return name.matches("nvidia[0-9]+") || name.equals("dxg") || name.equals("nvmap");
    }
  }

  /** Copies. */
  public CudaEnvironment {
    variables = Map.copyOf(variables);
    libraries = Map.copyOf(libraries);
    deviceFiles = List.copyOf(deviceFiles);
  }

  /** Looks at this machine and process. Reads some folders and small files: milliseconds. */
  public static CudaEnvironment read() {
    return new EnvironmentReader(
            Path.of("/"), System.getenv(), System.getProperty("java.library.path", ""))
        .read(System.getProperty("os.name", ""), System.getProperty("os.arch", ""));
  }

  /** Where a library is. */
  public Optional<Path> library(String fileName) {
    return Optional.ofNullable(libraries.get(fileName));
  }

  /** The value of a variable. */
  public Optional<String> variable(String name) {
    return Optional.ofNullable(variables.get(name));
  }
}
