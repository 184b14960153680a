package dev.windlass.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.windlass.cuda.compile.RealNvrtc;
import dev.windlass.cuda.fake.FakeCuda;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Open, allocate, compile or load, launch, close, again and again: 1,000 times, or as often as
 * {@code -Dwindlass.test.cycles} says. The memory of the process is looked at from 10,000 on.
 */
class CyclesTest {
  private static final int CYCLES = Integer.getInteger("windlass.test.cycles", 1000);

  @BeforeEach
  void start() {
    FakeCuda.start();
  }

  @AfterEach
  void nothingIsLeft() {
    GpuCase.assertNothingIsLeft();
  }

  @Test
  void cyclesThatLoad_leaveNoHandle_noThread_andNoNativeMemory() throws IOException {
    String ptx = Files.readString(Path.of("src/test/resources/kernels/plain.ptx"));
    leavesNothing(gpu -> gpu.load(ptx));
  }

  @Test
  void cyclesThatCompile_leaveNoHandle_noThread_andNoNativeMemory() throws IOException {
    RealNvrtc.load();
    String source =
        """
        extern "C" __global__ void saxpy(int n, float a, const float *x, float *y) {
          int i = blockIdx.x * blockDim.x + threadIdx.x;
          if (i < n) y[i] = a * x[i] + y[i];
        }
        """;
    leavesNothing(gpu -> gpu.compile("saxpy.cu", source));
  }

  private static void leavesNothing(Function<DeviceContext, Module> code) throws IOException {
    cycles(500, code); // what is made once is made
    Set<String> threads = threadNames();
    long direct = directBytes();
    long javacpp = Pointer.totalBytes();
    cycles(CYCLES / 2, code);
    long resident = residentKib();
    cycles(CYCLES / 2, code);
    assertThat(threadNames()).isEqualTo(threads);
    assertThat(directBytes() - direct).as("bytes more in direct buffers").isLessThan(1 << 20);
    assertThat(Pointer.totalBytes() - javacpp).as("bytes more of JavaCPP").isLessThan(1 << 20);
    if (CYCLES >= 10_000) {
      // The first 3,000 cycles take some 70 MiB, code of the JIT compiler and pools of the C
      // library; after that it comes and goes by 20 MiB. A leak of 12 KiB in each cycle shows.
      assertThat(residentKib() - resident).as("KiB more in use").isLessThan(60_000);
    }
  }

  private static void cycles(int count, Function<DeviceContext, Module> code) {
    for (int i = 0; i < count; i++) {
      try (Cuda cuda = GpuCase.openAgain();
          DeviceContext gpu = cuda.device(i % 2).context(MemoryGrowth.grow());
          Stream stream = gpu.newStream();
          FloatMemory x = gpu.floats(new float[] {1, 2, 3});
          FloatMemory y = gpu.floats(3);
          Module module = code.apply(gpu)) {
        y.fill(1, stream);
        Kernel saxpy = module.kernel("saxpy");
        saxpy.launch(stream, saxpy.gridFor(3), 3, 2.0f, x, y);
        try (Graph graph = stream.capture(() -> y.copyFrom(x, stream));
            ExecutableGraph work = graph.instantiate();
            Event event = stream.record()) {
          assertThat(y.toArray()).containsExactly(3, 5, 7);
          work.launch(stream);
          event.synchronize();
        }
      }
    }
  }

  private static Set<String> threadNames() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith("windlass"))
        .collect(Collectors.toSet());
  }

  /** After a collection. */
  private static long directBytes() {
    System.gc();
    return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
        .filter(pool -> pool.getName().equals("direct"))
        .mapToLong(BufferPoolMXBean::getMemoryUsed)
        .sum();
  }

  /** What this process has of the machine's memory beyond the Java heap, after a collection. */
  private static long residentKib() throws IOException {
    System.gc();
    List<String> status = Files.readAllLines(Path.of("/proc/self/status"));
    long resident = kib(status, "VmRSS:");
    return resident - Runtime.getRuntime().totalMemory() / 1024;
  }

  private static long kib(List<String> status, String name) {
    return status.stream()
        .filter(line -> line.startsWith(name))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
        .findFirst()
        .orElseThrow();
  }
}
