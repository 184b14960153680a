package dev.windlass.cuda.compile;

import dev.windlass.cuda.availability.CudaEnvironment;
import java.util.Optional;

/** Makes an {@link Nvrtc}. Found by {@link java.util.ServiceLoader}; the first one is taken. */
public interface NvrtcProvider {
  /**
   * The file name of a library that this needs and that cannot be found, as far as it can be seen
   * without loading it.
   *
   * @param environment what can be seen
   * @return empty if none is missing
   */
  Optional<String> missingLibrary(CudaEnvironment environment);

  /**
   * Loads the library.
   *
   * @throws LinkageError if it cannot be loaded after all
   */
  Nvrtc load();
}
