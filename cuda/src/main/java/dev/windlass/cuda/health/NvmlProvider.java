package dev.windlass.cuda.health;

import dev.windlass.cuda.availability.CudaEnvironment;
import java.util.Optional;

/** Makes an {@link Nvml}. Found by {@link java.util.ServiceLoader}; the first one is taken. */
public interface NvmlProvider {
  /**
   * The file name of a library that this needs and that cannot be found, as far as it can be seen
   * without loading it.
   *
   * @param environment what can be seen
   * @return empty if none is missing
   */
  Optional<String> missingLibrary(CudaEnvironment environment);

  /**
   * Loads the library. It is not initialised.
   *
   * @throws LinkageError if it cannot be loaded after all
   */
  Nvml load();
}
