package dev.windlass.cuda.javacpp;

import dev.windlass.cuda.health.Nvml;
import dev.windlass.cuda.health.NvmlProvider;

/** Provides NVIDIA's management library. */
public final class JavacppNvmlProvider implements NvmlProvider {
  /** For the service loader. */
  public JavacppNvmlProvider() {}

  @Override
  public Nvml load() {
    return JavacppNvml.load();
  }
}
