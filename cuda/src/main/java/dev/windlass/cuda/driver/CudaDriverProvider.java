package dev.windlass.cuda.driver;

import dev.windlass.cuda.availability.Availability.Unavailable;
import dev.windlass.cuda.availability.CudaEnvironment;
import java.util.Optional;

/**
 * Makes a {@link CudaDriver}. Found by {@link java.util.ServiceLoader}; the first one that can
 * serve is taken, so a provider must not touch anything native before {@link #load}.
 */
public interface CudaDriverProvider {
  /** The name of the driver, for people. */
  String name();

  /**
   * What keeps this driver from being loaded, as far as it can be seen without loading it.
   *
   * @param environment what can be seen
   * @return empty if nothing does
   */
  Optional<Unavailable> obstacle(CudaEnvironment environment);

  /**
   * Loads the driver. It is not initialised.
   *
   * @throws LinkageError if a native library cannot be loaded after all
   */
  CudaDriver load();
}
