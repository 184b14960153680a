package dev.windlass.cli;

import dev.windlass.core.WindlassException;
import dev.windlass.core.context.JobContext;
import dev.windlass.cuda.Cuda;
import dev.windlass.cuda.Device;
import dev.windlass.cuda.availability.Availability;
import dev.windlass.cuda.availability.Availability.Unavailable;
import dev.windlass.cuda.availability.CudaEnvironment;
import dev.windlass.cuda.availability.CudaUnavailableException;
import dev.windlass.cuda.availability.UnavailableReason;
import dev.windlass.cuda.device.DeviceProperties;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * All that {@code windlass doctor} judges a pod by.
 *
 * @param environment what can be seen without native code
 * @param runtimeBundled whether CUDA's runtime library is on the class path
 * @param compilerBundled whether CUDA's compiler is on the class path
 * @param availability whether CUDA can be used
 * @param devices CUDA's devices
 * @param health what NVML says
 * @param job what the job's environment says
 * @param sharedMemory the size of {@code /dev/shm} in bytes
 * @param memoryLimit the most bytes of the machine's memory that this container may have
 * @param memoryUsed the bytes that it has
 * @param javaHeap the most bytes that Java may take for its heap
 */
record PodFacts(
    CudaEnvironment environment,
    boolean runtimeBundled,
    boolean compilerBundled,
    Availability availability,
    List<DeviceProperties> devices,
    HealthReport health,
    JobContext job,
    OptionalLong sharedMemory,
    OptionalLong memoryLimit,
    OptionalLong memoryUsed,
    long javaHeap) {
  static PodFacts read() {
    CudaEnvironment environment = CudaEnvironment.read();
    Availability availability = Cuda.probe();
    List<DeviceProperties> devices = List.of();
    if (availability instanceof Availability.Available) {
      try (Cuda cuda = Cuda.open()) {
        devices = cuda.devices().stream().map(Device::properties).toList();
      } catch (CudaUnavailableException e) {
        availability = e.unavailable();
      } catch (WindlassException e) {
        availability = new Unavailable(UnavailableReason.DRIVER_FAILED, e.problem(), e.remedy());
      }
    }
    Path cgroup = Path.of("/sys/fs/cgroup");
    return new PodFacts(
        environment,
        bundled(CudaEnvironment.RUNTIME_LIBRARY, environment),
        bundled(CudaEnvironment.COMPILER_LIBRARY, environment),
        availability,
        devices,
        HealthReport.read(),
        JobContext.current(),
        size(Path.of("/dev/shm")),
        memory(cgroup, "memory.max", "memory/memory.limit_in_bytes"),
        memory(cgroup, "memory.current", "memory/memory.usage_in_bytes"),
        Runtime.getRuntime().maxMemory());
  }

  private static boolean bundled(String library, CudaEnvironment environment) {
    return PodFacts.class.getResource(
            "/org/bytedeco/cuda/" + environment.platform() + "/" + library)
        != null;
  }

  private static OptionalLong size(Path folder) {
    try {
      return OptionalLong.of(Files.getFileStore(folder).getTotalSpace());
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }

  /**
   * A number of this container's cgroup: by the name in version 2, else by that in version 1. In a
   * container its own cgroup is at the top. Version 1 writes "no limit" as a number near the
   * largest.
   */
  static OptionalLong memory(Path cgroup, String name, String nameInVersion1) {
    return number(cgroup.resolve(name))
        .or(() -> number(cgroup.resolve(nameInVersion1)))
        .filter(bytes -> bytes < 1L << 60)
        .map(OptionalLong::of)
        .orElse(OptionalLong.empty());
  }

  private static Optional<Long> number(Path file) {
    try {
      String text = Files.readString(file, StandardCharsets.US_ASCII).strip();
      return text.matches("\\d{1,18}|9223372036854771712")
          ? Optional.of(Long.parseLong(text))
          : Optional.empty(); // "max"
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
