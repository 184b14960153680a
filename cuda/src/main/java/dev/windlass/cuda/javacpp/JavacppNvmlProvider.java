package dev.windlass.cuda.javacpp;

import dev.windlass.cuda.availability.CudaEnvironment;
import dev.windlass.cuda.health.Nvml;
import dev.windlass.cuda.health.NvmlProvider;
import java.util.List;
import java.util.Optional;

/** Provides NVIDIA's management library. */
public final class JavacppNvmlProvider implements NvmlProvider {
  /** For the service loader. */
  public JavacppNvmlProvider() {}

  /** NVML itself needs neither of the other two; JavaCPP's class of it loads that of CUDA first. */
  @Override
  public Optional<String> missingLibrary(CudaEnvironment environment) {
    for (String name :
        List.of(
            CudaEnvironment.HEALTH_LIBRARY,
            CudaEnvironment.DRIVER_LIBRARY,
            CudaEnvironment.RUNTIME_LIBRARY)) {
      boolean onClassPath =
          name.equals(CudaEnvironment.RUNTIME_LIBRARY)
              && JavacppCudaDriverProvider.onClassPath(
                  JavacppCudaDriverProvider.RUNTIME, environment);
      if (environment.library(name).isEmpty() && !onClassPath) {
        return Optional.of(name);
      }
    }
    return Optional.empty();
  }

  @Override
  public Nvml load() {
    return JavacppNvml.load();
  }
}
