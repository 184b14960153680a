package dev.windlass.cuda;

import dev.windlass.cuda.availability.Availability;
import dev.windlass.cuda.availability.CudaEnvironment;
import dev.windlass.cuda.availability.CudaUnavailableException;
import dev.windlass.cuda.availability.CudaVersion;
import dev.windlass.cuda.availability.DriverFit;
import dev.windlass.cuda.device.CudaIndex;
import dev.windlass.cuda.device.DeviceReader;
import dev.windlass.cuda.device.DeviceUuid;
import dev.windlass.cuda.driver.CudaDriver;
import dev.windlass.cuda.driver.CudaDriverProvider;
import dev.windlass.cuda.health.HealthMonitor;
import dev.windlass.cuda.health.HealthUnavailableException;
import dev.windlass.cuda.health.NvmlException;
import dev.windlass.cuda.health.NvmlProvider;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * The way to the GPUs of this process.
 *
 * <pre>{@code
 * try (Cuda cuda = Cuda.open()) {
 *   cuda.devices().forEach(System.out::println);
 * }
 * }</pre>
 *
 * <p>Safe for use by many threads.
 */
public final class Cuda implements AutoCloseable {
  private final CudaDriver driver;
  private final Availability.Available found;
  private volatile boolean closed;

  private Cuda(CudaDriver driver, Availability.Available found) {
    this.driver = driver;
    this.found = found;
  }

  /**
   * Whether CUDA can be used here; if not, why and what to do. Where a library is missing this
   * takes milliseconds, and no native code is touched. Where all are there they are loaded, which
   * takes some 100 milliseconds the first time.
   */
  public static Availability probe() {
    return probe(CudaEnvironment.read(), providers());
  }

  static Availability probe(CudaEnvironment environment, Iterable<CudaDriverProvider> providers) {
    try {
      return open(environment, providers).found;
    } catch (CudaUnavailableException e) {
      return e.unavailable();
    }
  }

  /**
   * Opens CUDA.
   *
   * @throws CudaUnavailableException with the reason, where it cannot be used
   */
  public static Cuda open() {
    return open(CudaEnvironment.read(), providers());
  }

  static Cuda open(CudaEnvironment environment, Iterable<CudaDriverProvider> providers) {
    return new Opening(environment, () -> migWithoutInstance(environment))
        .first(providers, Cuda::new);
  }

  private static boolean migWithoutInstance(CudaEnvironment environment) {
    try (HealthMonitor monitor =
        HealthMonitor.open(
            environment, ServiceLoader.load(NvmlProvider.class, Cuda.class.getClassLoader()))) {
      return monitor.devices().stream()
          .anyMatch(d -> d.migEnabled().value().orElse(false) && d.migDevices().isEmpty());
    } catch (HealthUnavailableException | NvmlException e) {
      return false; // then the cause stays open
    }
  }

  private static Iterable<CudaDriverProvider> providers() {
    return ServiceLoader.load(CudaDriverProvider.class, Cuda.class.getClassLoader());
  }

  /**
   * The devices of this process, in CUDA's order. Asks the driver each time.
   *
   * @throws dev.windlass.cuda.driver.CudaException if the driver fails
   * @throws IllegalStateException if this is closed
   */
  public List<Device> devices() {
    CudaDriver driver = driver();
    return DeviceReader.readAll(driver).stream().map(p -> new Device(driver, p)).toList();
  }

  /**
   * One device of this process.
   *
   * @param index from 0, in CUDA's order
   * @throws InvalidUseException if there is no such device
   */
  public Device device(int index) {
    return find(d -> d.index().value() == index, "device " + index);
  }

  /**
   * One device of this process.
   *
   * @throws InvalidUseException if there is no such device, or this process may not see it
   */
  public Device device(DeviceUuid uuid) {
    return find(d -> d.uuid().equals(uuid), "device " + uuid);
  }

  /** One device of this process, as {@link #device(int)}. */
  public Device device(CudaIndex index) {
    return device(index.value());
  }

  private Device find(Predicate<Device> which, String name) {
    List<Device> devices = devices();
    Optional<Device> found = devices.stream().filter(which).findFirst();
    return found.orElseThrow(
        () ->
            new InvalidUseException(
                "looking for " + name,
                "this process has no such device, but these: "
                    + devices.stream()
                        .map(d -> d.index() + " (" + d.uuid() + ")")
                        .collect(Collectors.joining(", ")),
                "Use one of them, and look at CUDA_VISIBLE_DEVICES"));
  }

  /** The newest CUDA version that the driver knows. */
  public CudaVersion driverVersion() {
    return found.driverVersion();
  }

  /** How the driver serves the toolkit that Windlass is built on. */
  public DriverFit driverFit() {
    return found.fit();
  }

  /**
   * The driver itself, for calls that have no better form here.
   *
   * @throws IllegalStateException if this is closed
   */
  public CudaDriver driver() {
    if (closed) {
      throw new IllegalStateException("This Cuda is closed");
    }
    return driver;
  }

  /** Ends the use of this object. The driver stays loaded as long as the process lives. */
  @Override
  public void close() {
    closed = true;
  }
}
