package dev.windlass.cuda.compile;

import dev.windlass.cuda.availability.CudaEnvironment;
import dev.windlass.cuda.fake.FakeCuda;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Assumptions;

/** NVRTC itself, where there is one: on the class path (profile {@code nvrtc}) or installed. */
public final class RealNvrtc {
  private RealNvrtc() {}

  /** Starts the fake driver, and loads NVRTC beside it; skips the test where there is none. */
  public static Nvrtc start() {
    FakeCuda.start();
    return load();
  }

  /** Loads it beside the fake driver, which is started already; skips where there is none. */
  public static Nvrtc load() {
    Assumptions.assumeTrue(
        new dev.windlass.cuda.javacpp.JavacppNvrtcProvider()
            .missingLibrary(environment())
            .isEmpty(),
        "skipped: there is no NVRTC; 'mvn -Pnvrtc' puts it on the class path");
    return Compiler.load(environment(), ServiceLoader.load(NvrtcProvider.class));
  }

  private static CudaEnvironment environment() {
    CudaEnvironment fake = FakeCuda.environment();
    CudaEnvironment here = CudaEnvironment.read();
    Map<String, java.nio.file.Path> libraries = new HashMap<>(fake.libraries());
    here.library(CudaEnvironment.COMPILER_LIBRARY)
        .ifPresent(path -> libraries.put(CudaEnvironment.COMPILER_LIBRARY, path));
    return new CudaEnvironment(
        Map.of(), fake.platform(), libraries, java.util.List.of(), Optional.empty());
  }
}
