package dev.windlass.cuda.javacpp;

import dev.windlass.cuda.availability.Availability.Unavailable;
import dev.windlass.cuda.availability.CudaEnvironment;
import dev.windlass.cuda.availability.Diagnosis;
import dev.windlass.cuda.driver.CudaDriver;
import dev.windlass.cuda.driver.CudaDriverProvider;
import java.util.Optional;

/** Provides NVIDIA's driver. */
public final class JavacppCudaDriverProvider implements CudaDriverProvider {
  private static final String GLUE = "/org/bytedeco/cuda/%s/libjnicudart.so";
  static final String RUNTIME = "/org/bytedeco/cuda/%s/" + CudaEnvironment.RUNTIME_LIBRARY;

  /** For the service loader. */
  public JavacppCudaDriverProvider() {}

  @Override
  public String name() {
    return JavacppCudaDriver.NAME;
  }

  @Override
  public Optional<Unavailable> obstacle(CudaEnvironment environment) {
    return Diagnosis.beforeLoading(
        environment, () -> onClassPath(GLUE, environment), () -> onClassPath(RUNTIME, environment));
  }

  /**
   * Resources by the platform's name; JavaCPP unpacks what it finds there, before it looks about.
   */
  static boolean onClassPath(String resource, CudaEnvironment environment) {
    return JavacppCudaDriverProvider.class.getResource(resource.formatted(environment.platform()))
        != null;
  }

  @Override
  public CudaDriver load() {
    return JavacppCudaDriver.load();
  }
}
