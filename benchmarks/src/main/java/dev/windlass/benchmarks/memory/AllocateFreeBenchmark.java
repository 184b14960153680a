package dev.windlass.benchmarks.memory;

import dev.windlass.benchmarks.policy.ArithmeticMemory;
import dev.windlass.benchmarks.policy.ArithmeticOrder;
import dev.windlass.cuda.Cuda;
import dev.windlass.cuda.driver.CudaDriver;
import dev.windlass.cuda.memory.DeviceAllocator;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullUnmarked;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * An allocation and a free on warm allocators: each thread on a stream of its own, all on one
 * allocator.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@NullUnmarked // fields are made by open
public class AllocateFreeBenchmark {
  /** Whose allocator, by the names of {@link Contender}. */
  @Param({"WINDLASS", "CALLS", "DRIVER_POOL", "CACHING", "EXPANDABLE", "BFC", "RMM"})
  public Contender allocator;

  private final Queue<Long> streams = new ConcurrentLinkedQueue<>();
  private DeviceAllocator shared;
  private CudaDriver driver;
  private long context;

  /** Makes the allocator. */
  @Setup
  public void open() {
    driver = Cuda.open().driver();
    context = driver.retainPrimaryContext(0);
    driver.setCurrentContext(context);
    shared =
        allocator.open(driver, context, new ArithmeticMemory(64L << 30), new ArithmeticOrder(0));
  }

  /** Gives all back, also what workers have live. */
  @TearDown
  public void close() {
    driver.setCurrentContext(context);
    shared.close();
    streams.forEach(driver::destroyStream);
    streams.clear();
  }

  private long newStream() {
    driver.setCurrentContext(context);
    long stream = driver.createStream();
    streams.add(stream);
    return stream;
  }

  /** A thread's stream, sizes and what it has live. */
  @State(Scope.Thread)
  public static class Worker {
    private static final int SIZES = 256;
    private static final int LIVE = 16;

    private final long[] sizes = new long[SIZES];
    private final long[] addresses = new long[LIVE];
    private final long[] bytes = new long[LIVE];
    private int next;
    private long stream;

    /** Fills the allocator's caches. */
    @Setup(Level.Trial)
    public void warm(AllocateFreeBenchmark benchmark) {
      stream = benchmark.newStream();
      SplittableRandom random = new SplittableRandom(1);
      for (int i = 0; i < SIZES; i++) {
        sizes[i] = 1 + (long) Math.pow(2, random.nextDouble(8, 22)); // 256 bytes to 4 MiB
      }
      for (int i = 0; i < 4 * SIZES; i++) {
        benchmark.mixedSizes(this);
      }
    }
  }

  /** 64 KiB, freed at once. */
  @Benchmark
  public long sameSize(Worker worker) {
    long address = shared.allocate(65_536, worker.stream);
    shared.free(address, 65_536, worker.stream);
    return address;
  }

  /** 256 sizes from 256 bytes to 4 MiB in turn; each lives until 16 others were allocated. */
  @Benchmark
  public long mixedSizes(Worker worker) {
    int at = worker.next & (Worker.LIVE - 1);
    if (worker.bytes[at] != 0) {
      shared.free(worker.addresses[at], worker.bytes[at], worker.stream);
    }
    long size = worker.sizes[worker.next++ & (Worker.SIZES - 1)];
    long address = shared.allocate(size, worker.stream);
    worker.addresses[at] = address;
    worker.bytes[at] = size;
    return address;
  }
}
