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
    MIG_DEVICES(8),
    FAN(9),
    ENERGY(10),
    SM_CLOCK(11),
    MEMORY_CLOCK(12),
    MAX_CLOCK(13),
    ECC_CORRECTED(14),
    ECC_ERRORS_EVER(15),
    ECC_CORRECTED_EVER(16),
    PAGES_SINGLE_BIT(17),
    PAGES_DOUBLE_BIT(18),
    PAGES_PENDING(19),
    ROWS_CORRECTED(20),
    ROWS_UNCORRECTED(21),
    ROWS_PENDING(22),
    ROWS_FAILED(23),
    BANKS_WITHOUT_SPARE(24),
    PCIE_GENERATION(25),
    PCIE_LANES(26),
    PCIE_BEST_LANES(27),
    PCIE_REPLAYS(28),
    FABRIC_STATE(29),
    FABRIC_STATUS(30),
    /** Only an error: whether it tells its address and its links. */
    PCI(31),
    /** Only an error: whether NVML gives it out at all. */
    HANDLE(32),
    /** The kinds of events that it tells. */
    EVENTS(33),
    /** Only an error: whether it tells its processes. */
    PROCESSES(34),
    /** Only an error, of instances: whether they tell their slices. */
    ATTRIBUTES(35),
    /** 1: it has fallen off the bus. */
    LOST(36);

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

  /** What a MIG instance says from now on. */
  public static void setInstance(int gpu, int instance, Value which, long value) {
    setInstance(gpu, instance, which.number, value);
  }

  /** The level at which the ways of two GPUs meet, by NVML's number. */
  public static native void path(int gpu, int other, int level);

  /** A link of a GPU is there, up or down, and has this at its other end. */
  public static void link(int gpu, int link, boolean up, int remoteType, int remoteGpu) {
    link(gpu, link, up ? 1 : 0, remoteType, remoteGpu);
  }

  /** A GPU has a process: 0 of CUDA, 1 of MPS; -1 for bytes and for the instance: not told. */
  public static native void process(int gpu, int kind, int pid, long bytes, int gpuInstance);

  /** The driver reports an Xid; -1 for the instance: none is named. */
  public static void raiseXid(int gpu, int xid, int gpuInstance) {
    raise(gpu, 8, xid, gpuInstance);
  }

  /** Something happens. */
  public static native void raise(int gpu, long kind, long data, int gpuInstance);

  /** Every wait for events fails with this code from now on; 0: none does. */
  public static native void failWaits(int code);

  /** How many waits have failed. */
  public static native int failedWaits();

  /** The GPUs whose events are waited for: bit 0 is that of CUDA's index 0. */
  public static native int watched();

  /** How many sets of events were made and not given back. */
  public static native int eventSets();

  private static native void set(int gpu, int which, long value);

  private static native void setInstance(int gpu, int instance, int which, long value);

  private static native void link(int gpu, int link, int up, int remoteType, int remoteGpu);
}
