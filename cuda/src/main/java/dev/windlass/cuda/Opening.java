package dev.windlass.cuda;

import dev.windlass.cuda.availability.Availability.Available;
import dev.windlass.cuda.availability.Availability.Unavailable;
import dev.windlass.cuda.availability.CudaEnvironment;
import dev.windlass.cuda.availability.CudaUnavailableException;
import dev.windlass.cuda.availability.CudaVersion;
import dev.windlass.cuda.availability.Diagnosis;
import dev.windlass.cuda.availability.DriverFit;
import dev.windlass.cuda.availability.UnavailableReason;
import dev.windlass.cuda.driver.CudaDriver;
import dev.windlass.cuda.driver.CudaDriverProvider;
import dev.windlass.cuda.driver.CudaException;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The steps from files to a usable driver. Each is made only after the one before it has succeeded:
 * a call past a failed {@code cuInit} can end the process.
 */
final class Opening {
  private final CudaEnvironment environment;
  private final BooleanSupplier migWithoutInstance;

  /**
   * Makes an opening.
   *
   * @param environment what can be seen without native code
   * @param migWithoutInstance whether a GPU is set up for MIG and has no instance
   */
  Opening(CudaEnvironment environment, BooleanSupplier migWithoutInstance) {
    this.environment = environment;
    this.migWithoutInstance = migWithoutInstance;
  }

  /** The first driver that can serve; if none can, what the first one lacks. */
  <T> T first(Iterable<CudaDriverProvider> providers, BiFunction<CudaDriver, Available, T> result) {
    @Nullable CudaUnavailableException firstFailure = null;
    for (CudaDriverProvider provider : providers) {
      try {
        CudaDriver driver = load(provider);
        return result.apply(driver, start(driver));
      } catch (CudaUnavailableException e) {
        if (firstFailure == null) {
          firstFailure = e;
        }
      }
    }
    if (firstFailure != null) {
      throw firstFailure;
    }
    throw new CudaUnavailableException(
        new Unavailable(
            UnavailableReason.LIBRARY_NOT_LOADABLE,
            "There is no CUDA driver implementation on the class path",
            "Keep META-INF/services when jars are merged into one"),
        null);
  }

  private CudaDriver load(CudaDriverProvider provider) {
    Optional<Unavailable> obstacle = provider.obstacle(environment);
    if (obstacle.isPresent()) {
      throw new CudaUnavailableException(obstacle.get(), null);
    }
    try {
      return provider.load();
    } catch (LinkageError e) {
      throw new CudaUnavailableException(
          Diagnosis.notLoadable(environment, String.valueOf(e.getMessage())), e);
    }
  }

  /** Where no device was found, NVML may know more. */
  private CudaUnavailableException unavailable(Unavailable why, @Nullable CudaException cause) {
    return new CudaUnavailableException(
        why.reason() == UnavailableReason.NO_DEVICE && migWithoutInstance.getAsBoolean()
            ? Diagnosis.migWithoutInstance()
            : why,
        cause);
  }

  private Available start(CudaDriver driver) {
    try {
      driver.initialize();
    } catch (CudaException e) {
      throw unavailable(Diagnosis.notStarted(e.code(), environment), e);
    }
    try {
      CudaVersion version = CudaVersion.ofCode(driver.driverVersion());
      DriverFit fit = DriverFit.of(CudaVersion.TOOLKIT, version);
      if (fit == DriverFit.TOO_OLD) {
        throw new CudaUnavailableException(Diagnosis.tooOld(version, environment), null);
      }
      int devices = driver.deviceCount();
      if (devices == 0) {
        throw unavailable(Diagnosis.noDevices(environment), null);
      }
      return new Available(driver.name(), version, fit, devices);
    } catch (CudaException e) {
      throw new CudaUnavailableException(Diagnosis.notStarted(e.code(), environment), e);
    }
  }
}
