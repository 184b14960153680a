package dev.windlass.cuda.fake;

import dev.windlass.cuda.availability.CudaEnvironment;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The fake management library in this JVM, and what a test may ask of it. */
public final class FakeNvml {
  /** What a GPU says; the numbers are those of {@code fake_nvml.c}. */
  public enum Value {
    TEMPERATURE(0),
    POWER(1),
    POWER_LIMIT(2),
    MEMORY_USED(3),
    BUSY(4),
    CLOCK_REASONS(5),
    ECC_ERRORS(6),
    MIG_MODE(7),
    MIG_DEVICES(8);

    private final int number;

    Value(int number) {
      this.number = number;
    }
  }

  private static boolean loaded;

  private FakeNvml() {}

  /** Loads the fake, once, with two GPUs; skips the test where it cannot. */
  public static synchronized void start() {
    Path folder = FakeLibraries.folder();
    FakeCuda.start(); // the cache folder, and one place for the order of loading
    if (!loaded) {
      System.load(folder.resolve("libnvidia-ml.so.1").toString());
      loaded = true;
    }
    pose(2, 0);
  }

  /** The environment of {@link FakeCuda}, with this library. */
  public static CudaEnvironment environment() {
    CudaEnvironment cuda = FakeCuda.environment();
    Map<String, Path> libraries = new HashMap<>(cuda.libraries());
    libraries.put(
        CudaEnvironment.HEALTH_LIBRARY, FakeLibraries.folder().resolve("libnvidia-ml.so.1"));
    return new CudaEnvironment(Map.of(), cuda.platform(), libraries, List.of(), Optional.empty());
  }

  /** What a GPU, by its CUDA index, says from now on; -n stands for NVML's error n. */
  public static void set(int gpu, Value which, long value) {
    set(gpu, which.number, value);
  }

  /** As if the library were loaded anew, with so many GPUs, and this answer to nvmlInit. */
  public static native void pose(int devices, int initResult);

  /** How many inits have had no shutdown. */
  public static native int users();

  private static native void set(int gpu, int which, long value);
}
