package dev.windlass.cuda.javacpp;

import dev.windlass.cuda.driver.CudaDriver;
import dev.windlass.cuda.driver.Ranges;
import org.bytedeco.cuda.global.cudart;

/**
 * NVIDIA's driver through JavaCPP: one native call per method.
 *
 * <p>The calls stand in one interface per part, with all methods default: there is no state to keep
 * but each thread's {@link Scratch}. JavaCPP wants an object for every handle and every result; the
 * scratch has these once per thread, so that a call makes no garbage. Only what takes host memory
 * makes a short-lived pointer object.
 */
final class JavacppCudaDriver
    implements CudaDriver,
        JavacppDevices,
        JavacppContexts,
        JavacppMemory,
        JavacppVirtualMemory,
        JavacppMemoryPools,
        JavacppPeers,
        JavacppStreams,
        JavacppGraphs,
        JavacppModules {
  static final String NAME = "NVIDIA driver through JavaCPP";

  private JavacppCudaDriver() {}

  private static volatile boolean loaded;

  /** Whether the native libraries are there already. */
  static boolean isLoaded() {
    return loaded;
  }

  /** The first touch of the presets: their static initialiser loads the native libraries. */
  static CudaDriver load() {
    try {
      Class.forName(cudart.class.getName());
    } catch (ClassNotFoundException e) {
      throw new LinkageError("JavaCPP's CUDA presets are not on the class path", e);
    }
    loaded = true;
    return new JavacppCudaDriver();
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Ranges ranges() {
    return NvtxRanges.ofProcess();
  }
}
