package dev.windlass.cuda.health;

import dev.windlass.core.job.Memory;
import dev.windlass.cuda.availability.CudaEnvironment;
import dev.windlass.cuda.availability.DriverRelease;
import dev.windlass.cuda.device.DeviceUuid;
import dev.windlass.cuda.device.NvmlIndex;
import dev.windlass.cuda.health.DeviceHealth.MemoryUse;
import dev.windlass.cuda.health.DeviceHealth.Utilization;
import dev.windlass.cuda.health.Reading.Missing;
import dev.windlass.cuda.health.Reading.Why;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.ServiceLoader;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * How the GPUs of this machine or container are, from NVIDIA's management library NVML. CUDA does
 * not need it: a container whose driver capabilities leave out {@code utility} has none. Safe for
 * use by many threads.
 */
public final class HealthMonitor implements AutoCloseable {
  private final Nvml nvml;
  private final AtomicBoolean closed = new AtomicBoolean();

  private HealthMonitor(Nvml nvml) {
    this.nvml = nvml;
  }

  /**
   * Opens NVML.
   *
   * @throws HealthUnavailableException with the reason, where it cannot be used
   */
  public static HealthMonitor open() {
    return open(
        CudaEnvironment.read(),
        ServiceLoader.load(NvmlProvider.class, HealthMonitor.class.getClassLoader()));
  }

  /**
   * Opens NVML as one of these provides it.
   *
   * @param environment what can be seen of this machine
   * @param providers the first one is taken
   * @throws HealthUnavailableException with the reason, where it cannot be used
   */
  public static HealthMonitor open(CudaEnvironment environment, Iterable<NvmlProvider> providers) {
    for (NvmlProvider provider : providers) {
      Optional<String> missing = provider.missingLibrary(environment);
      if (missing.isPresent()) {
        throw new HealthUnavailableException(
            "There is no library " + missing.get() + " here",
            "In a container, ask for a GPU, set NVIDIA_DRIVER_CAPABILITIES to compute,utility, and"
                + " use an image with the CUDA runtime. Elsewhere install the driver",
            null);
      }
      try {
        Nvml nvml = provider.load();
        nvml.initialize();
        return new HealthMonitor(nvml);
      } catch (NvmlException e) {
        throw new HealthUnavailableException(e.problem(), e.remedy(), e);
      } catch (LinkageError e) {
        throw new HealthUnavailableException(
            "NVML's library is there and cannot be loaded: " + e.getMessage(),
            "Check that it is for this processor and readable",
            e);
      }
    }
    throw new HealthUnavailableException(
        "There is no NVML implementation on the class path",
        "Keep META-INF/services when jars are merged into one",
        null);
  }

  /**
   * The release of the driver.
   *
   * @throws NvmlException if NVML fails
   * @throws IllegalStateException if this is closed
   */
  public DriverRelease driverRelease() {
    return DriverRelease.parse(nvml().driverRelease());
  }

  /**
   * How all GPUs are now, in NVML's order. What a GPU does not tell is a {@link Missing} reading.
   *
   * @throws NvmlException if NVML does not even name a GPU
   * @throws IllegalStateException if this is closed
   */
  public List<DeviceHealth> devices() {
    return IntStream.range(0, nvml().deviceCount()).mapToObj(this::health).toList();
  }

  private DeviceHealth health(int index) {
    long device = nvml.device(index);
    Reading<Boolean> mig = read(() -> nvml.migEnabled(device));
    return new DeviceHealth(
        new NvmlIndex(index),
        DeviceUuid.parse(nvml.uuid(device)),
        nvml.name(device),
        read(() -> nvml.temperature(device)),
        read(() -> nvml.power(device)),
        read(() -> nvml.powerLimit(device)),
        read(
            () -> {
              long[] memory = new long[2];
              nvml.memory(device, memory);
              return new MemoryUse(Memory.bytes(memory[0]), Memory.bytes(memory[1]));
            }),
        read(
            () -> {
              int[] percent = new int[2];
              nvml.utilization(device, percent);
              return new Utilization(percent[0], percent[1]);
            }),
        read(() -> ClockReason.of(nvml.clockReasons(device))),
        read(() -> nvml.uncorrectedEccErrors(device)),
        mig,
        mig.value().orElse(false) ? migDevices(device) : List.of());
  }

  private List<DeviceUuid> migDevices(long device) {
    List<DeviceUuid> found = new ArrayList<>();
    int places = nvml.maxMigDevices(device);
    for (int i = 0; i < places; i++) {
      OptionalLong instance = nvml.migDevice(device, i);
      if (instance.isPresent()) {
        found.add(DeviceUuid.parse(nvml.uuid(instance.getAsLong())));
      }
    }
    return found;
  }

  private static <T> Reading<T> read(Supplier<T> call) {
    try {
      return new Reading.Value<>(call.get());
    } catch (NvmlException e) {
      return new Missing<>(
          switch (e.code()) {
            case NvmlException.NOT_SUPPORTED -> Why.NOT_SUPPORTED;
            case NvmlException.NO_PERMISSION -> Why.NO_PERMISSION;
            case NvmlException.GPU_IS_LOST -> Why.GPU_LOST;
            default -> Why.FAILED;
          });
    }
  }

  private Nvml nvml() {
    if (closed.get()) {
      throw new IllegalStateException("This monitor is closed");
    }
    return nvml;
  }

  /** Gives NVML back. Others in this process that use it are not disturbed. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      nvml.shutdown();
    }
  }
}
