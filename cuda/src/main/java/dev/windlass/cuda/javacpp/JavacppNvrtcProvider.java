package dev.windlass.cuda.javacpp;

import dev.windlass.cuda.availability.CudaEnvironment;
import dev.windlass.cuda.compile.Nvrtc;
import dev.windlass.cuda.compile.NvrtcProvider;
import java.util.List;
import java.util.Optional;

/** Provides NVIDIA's runtime compiler. */
public final class JavacppNvrtcProvider implements NvrtcProvider {
  private static final List<String> OF_THE_GLUE =
      List.of(CudaEnvironment.DRIVER_LIBRARY, CudaEnvironment.RUNTIME_LIBRARY);

  /** For the service loader. */
  public JavacppNvrtcProvider() {}

  /** NVRTC needs neither driver nor runtime; for JavaCPP's sake there may be stand-ins of these. */
  @Override
  public Optional<String> missingLibrary(CudaEnvironment environment) {
    if (!isThere(CudaEnvironment.COMPILER_LIBRARY, environment)) {
      return Optional.of(CudaEnvironment.COMPILER_LIBRARY);
    }
    return JavacppCudaDriver.isLoaded() || StandIn.possible(environment)
        ? Optional.empty()
        : OF_THE_GLUE.stream().filter(name -> !isThere(name, environment)).findFirst();
  }

  private static boolean isThere(String library, CudaEnvironment environment) {
    return environment.library(library).isPresent()
        || JavacppCudaDriverProvider.onClassPath("/org/bytedeco/cuda/%s/" + library, environment);
  }

  @Override
  public Nvrtc load() {
    CudaEnvironment environment = CudaEnvironment.read();
    if (!JavacppCudaDriver.isLoaded() && StandIn.possible(environment)) {
      OF_THE_GLUE.stream()
          .filter(name -> !isThere(name, environment))
          .forEach(name -> StandIn.load(name, environment));
    }
    return JavacppNvrtc.load();
  }
}
