package dev.windlass.cuda.javacpp;

import dev.windlass.cuda.availability.CudaEnvironment;
import dev.windlass.cuda.compile.Nvrtc;
import dev.windlass.cuda.compile.NvrtcProvider;
import java.util.List;
import java.util.Optional;

/** Provides NVIDIA's runtime compiler. */
public final class JavacppNvrtcProvider implements NvrtcProvider {
  /** For the service loader. */
  public JavacppNvrtcProvider() {}

  /** NVRTC needs neither driver nor runtime; JavaCPP's class of it loads that of CUDA first. */
  @Override
  public Optional<String> missingLibrary(CudaEnvironment environment) {
    List<String> needed =
        JavacppCudaDriver.isLoaded()
            ? List.of(CudaEnvironment.COMPILER_LIBRARY)
            : List.of(
                CudaEnvironment.COMPILER_LIBRARY,
                CudaEnvironment.DRIVER_LIBRARY,
                CudaEnvironment.RUNTIME_LIBRARY);
    for (String name : needed) {
      if (environment.library(name).isEmpty()
          && !JavacppCudaDriverProvider.onClassPath("/org/bytedeco/cuda/%s/" + name, environment)) {
        return Optional.of(name);
      }
    }
    return Optional.empty();
  }

  @Override
  public Nvrtc load() {
    return JavacppNvrtc.load();
  }
}
