package dev.windlass.cuda.health;

/** Makes an {@link Nvml}. Found by {@link java.util.ServiceLoader}; the first one is taken. */
public interface NvmlProvider {
  /**
   * Loads the library, which is on this machine. It is not initialised.
   *
   * @throws LinkageError if it cannot be loaded after all
   */
  Nvml load();
}
