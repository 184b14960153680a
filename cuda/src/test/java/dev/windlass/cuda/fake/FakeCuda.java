package dev.windlass.cuda.fake;

import dev.windlass.cuda.availability.CudaEnvironment;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The fake driver in this JVM, and what a test may ask of it. Loaded before JavaCPP's glue, it is
 * what that glue is bound to: the loader takes a library that is there already, by its name.
 *
 * <p>Kernels of some names run for real, on their stream's thread, over the parameters as PTX lays
 * them out and over no more elements than the grid has threads: {@code fill} or {@code fake_fill}
 * (u64 to, u32 n, u32 value), {@code fake_copy} (u64 to, u64 from, u32 n), {@code fake_add_one}
 * (u64 at, u32 n), {@code saxpy} or {@code fake_axpy} (u32 n, f32 a, u64 x, u64 y); elements have 4
 * bytes, names may be mangled. Others do nothing. What a kernel touches that is not its device's is
 * error 700, which comes late and stays, as with a real one.
 */
public final class FakeCuda {
  /** What the fake counts; the numbers are those of {@code fake_cuda.h}. */
  public enum Kind {
    CONTEXT(0),
    DEVICE_MEMORY(1),
    HOST_MEMORY(2),
    STREAM(3),
    EVENT(4),
    MODULE(5),
    RESERVATION(6),
    PHYSICAL(7),
    MAPPING(8),
    POOL_MEMORY(9),
    GRAPH(10),
    GRAPH_EXECUTABLE(11),
    REGISTRATION(12);

    private final int number;

    Kind(int number) {
      this.number = number;
    }
  }

  /** The memory of each fake device. */
  public static final long MEMORY = 1L << 30;

  private static boolean loaded;

  private FakeCuda() {}

  /** Loads the fake, once, as two devices of a driver that fits; skips the test where it cannot. */
  public static synchronized void start() {
    Path folder = FakeLibraries.folder();
    if (!loaded) {
      System.setProperty(
          "org.bytedeco.javacpp.cachedir", Path.of("target/javacpp").toAbsolutePath().toString());
      System.load(folder.resolve("libcuda.so.1").toString());
      System.load(folder.resolve("libcudart.so.13").toString());
      loaded = true;
    }
    pose(2, 13010, 0);
  }

  /** An environment in which the fake's files are found. */
  public static CudaEnvironment environment() {
    Path folder = FakeLibraries.folder();
    return new CudaEnvironment(
        Map.of(),
        "linux-x86_64",
        Map.of(
            CudaEnvironment.DRIVER_LIBRARY, folder.resolve("libcuda.so.1"),
            CudaEnvironment.RUNTIME_LIBRARY, folder.resolve("libcudart.so.13")),
        List.of(),
        Optional.empty());
  }

  /** As if the driver were loaded anew, with so many devices, and this answer to cuInit. */
  public static void pose(int devices, int driverVersion, int initResult) {
    pose(devices, driverVersion, initResult, MEMORY);
  }

  /**
   * As if the driver were loaded anew, with so many MIG instances of the first GPU as its devices:
   * 1g.10gb each, with UUIDs as {@link FakeNvml} has them, and no peers of each other. A real
   * driver shows a process one of them.
   */
  public static void poseAsInstances(int count, long memory) {
    pose(count, 13010, 0, memory);
    instances();
  }

  /** The nth call from now of that name (as the C library exports it) returns this code. */
  public static void failAt(String call, int nth, int code) {
    failAt(call.hashCode(), nth, code);
  }

  /**
   * The nth launch from now fails when its turn comes on its stream, not before: from then on every
   * call in its context returns this code, until the context's last user has released it.
   */
  public static native void failKernelAt(int nth, int code);

  /** Devices have not what this attribute, by its number, says of others; until the next pose. */
  public static native void withhold(int attribute);

  /** How many of a kind there are and were not given back. */
  public static long live(Kind kind) {
    return live(kind.number);
  }

  /** Every piece of a stream's work waits so long before it runs. */
  public static native void delay(int micros);

  /** Bytes of a device in use. */
  public static native long used(int device);

  /** Launches so far. */
  public static native long launches();

  /**
   * Of the last launch: grid x, y, z, block x, y, z, dynamic shared bytes, whether it was
   * cooperative (1), cluster x, y, z.
   */
  public static native int launchShape(int index);

  /** The size of the last launch's parameters. */
  public static native int launchArgumentBytes();

  /** A byte of the last launch's parameters. */
  public static native byte launchArgument(int index);

  private static native void instances();

  private static native long live(int kind);

  private static native void failAt(int call, int nth, int code);

  private static native void pose(int devices, int driverVersion, int initResult, long memory);
}
