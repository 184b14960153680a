package dev.windlass.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;

import dev.windlass.core.context.JobContext;
import dev.windlass.core.job.Memory;
import dev.windlass.cuda.device.CudaIndex;
import dev.windlass.cuda.driver.CudaException;
import dev.windlass.cuda.driver.DeviceAttribute;
import dev.windlass.cuda.driver.Ranges;
import dev.windlass.cuda.fake.FakeCuda;
import dev.windlass.cuda.memory.OutOfDeviceMemoryException;
import dev.windlass.cuda.memory.Statistics;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Contexts: which memory they have, on which threads they work, what they leave. */
class DeviceContextTest extends GpuCase {
  @Test
  void device_isFoundByNumberAndName_orTheOthersAreTold() {
    Device second = cuda.device(1);
    assertThat(cuda.device(second.uuid())).isEqualTo(second).isNotEqualTo(gpu.device());
    assertThat(cuda.device(new CudaIndex(1))).isEqualTo(second).hasSameHashCodeAs(second);
    assertInvalid(() -> cuda.device(2), "device 2", "0 (", "1 (" + second.uuid());
  }

  @Test
  void limit_holds_andCachedMemoryDoesNotCountAgainstIt() {
    MemoryGrowth growth = MemoryGrowth.grow().limit(Memory.mib(64));
    try (DeviceContext small = cuda.device(0).context(growth)) {
      for (int i = 0; i < 10; i++) {
        try (ByteMemory x = small.bytes(48 << 20)) {
          assertThat(x.length()).isEqualTo(48 << 20);
        }
        small.bytes(40 << 20).close();
      }
      assertThatThrownBy(() -> small.bytes(65 << 20))
          .isInstanceOf(OutOfDeviceMemoryException.class)
          .hasMessageContaining("65");
      try (ByteMemory x = small.bytes(64 << 20)) {
        assertThat(small.memoryUse().live()).isEqualTo(x.bytes());
        assertThatThrownBy(() -> small.bytes(1)).isInstanceOf(OutOfDeviceMemoryException.class);
      }
      small.synchronize();
      assertThat(small.trim()).isEqualTo(Memory.mib(64));
      assertThat(small.memoryUse().held()).isZero();
    }
  }

  @Test
  void severalContexts_areBudgetsOfOneDevice() {
    MemoryGrowth budget = MemoryGrowth.grow().limit(Memory.mib(32));
    try (DeviceContext a = cuda.device(0).context(budget);
        DeviceContext b = cuda.device(0).context(budget);
        IntMemory x = a.ints(8 << 20);
        IntMemory y = b.ints(8 << 20);
        Stream streamOfB = b.newStream()) {
      assertThat(FakeCuda.live(FakeCuda.Kind.CONTEXT)).isEqualTo(1);
      assertThatThrownBy(() -> a.ints(1)).isInstanceOf(OutOfDeviceMemoryException.class);
      assertInvalid(() -> x.fill(1, streamOfB), "another context");
      y.fill(3);
      assertThat(y.slice(5, 2).toArray()).containsExactly(3, 3);
    }
  }

  @Test
  void reserve_isTakenAtTheStart_andRefusedIfItIsNotThere() {
    MemoryGrowth half = MemoryGrowth.grow().limit(Memory.mib(64)).reserve(0.5);
    try (DeviceContext reserved = cuda.device(0).context(half)) {
      assertThat(reserved.memoryUse().held()).isEqualTo(32 << 20);
      reserved.trim();
      assertThat(reserved.memoryUse().held()).isBetween(0L, 32L << 20);
    }
    FakeCuda.failAt("cuMemCreate", 1, 2);
    assertThatThrownBy(() -> cuda.device(0).context(half))
        .isInstanceOf(OutOfDeviceMemoryException.class);
    assertThat(FakeCuda.live(FakeCuda.Kind.STREAM)).isEqualTo(1);
    assertThatIllegalArgumentException().isThrownBy(() -> half.reserve(1.5));
    assertThatIllegalArgumentException().isThrownBy(() -> half.limit(Memory.bytes(0)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> half.giveBackAfter(Duration.ofSeconds(-1)));
  }

  @Test
  void growth_isThatOfTheJob() {
    assertThat(growth(Map.of())).hasToString("grow");
    assertThat(growth(Map.of("WINDLASS_GPU_MEMORY_LIMIT", "1073741824")))
        .hasToString("grow, at most 1Gi");
    assertThat(
            growth(
                Map.of(
                    "WINDLASS_GPU_MEMORY_LIMIT", "1073741824",
                    "WINDLASS_MEMORY_GROWTH", "false")))
        .hasToString("reserve 1.0, at most 1Gi");
    assertThat(growth(Map.of("WINDLASS_MEMORY_GROWTH", "false"))).hasToString("reserve 0.9");
    assertThat(MemoryGrowth.ofJob()).hasToString("grow");
  }

  private static MemoryGrowth growth(Map<String, String> environment) {
    return MemoryGrowth.of(JobContext.of(environment, new PrintStream(System.out)));
  }

  @Test
  void driverPool_servesAsWell() {
    MemoryGrowth growth = MemoryGrowth.grow().driverPool().limit(Memory.mib(16));
    assertThat(growth).hasToString("driver pool, at most 16Mi");
    try (DeviceContext pooled = cuda.device(0).context(growth);
        Stream stream = pooled.newStream()) {
      FakeCuda.delay(100);
      for (int i = 0; i < 20; i++) {
        try (IntMemory x = pooled.ints(1 << 20)) {
          x.fill(i, stream);
          int[] back = new int[1];
          x.copyTo(back, stream);
          assertThat(back).containsExactly(i);
        }
      }
      assertThatThrownBy(() -> pooled.ints(5 << 20)).isInstanceOf(OutOfDeviceMemoryException.class);
    }
  }

  @Test
  void deviceWithoutVirtualMemory_usesSegments() {
    FakeCuda.withhold(DeviceAttribute.VIRTUAL_MEMORY_MANAGEMENT_SUPPORTED.number());
    try (DeviceContext old = cuda.device(0).context(MemoryGrowth.grow());
        Stream stream = old.newStream();
        IntMemory x = old.ints(100)) {
      assertThat(old.device().properties().features().virtualMemory()).isFalse();
      x.fill(4, stream);
      assertThat(x.toArray()).containsOnly(4);
      assertThat(FakeCuda.live(FakeCuda.Kind.MAPPING)).isZero();
    }
  }

  @Test
  void priorities_areThoseOfTheDevice_andKeptWithin() {
    DeviceContext.StreamPriorities range = gpu.streamPriorities();
    assertThat(range.mostUrgent()).isLessThan(range.leastUrgent());
    try (Stream urgent = gpu.newStream(range.mostUrgent());
        Stream more = gpu.newStream(range.mostUrgent() - 100);
        Stream usual = gpu.newStream()) {
      gpu.bind();
      assertThat(gpu.driver().streamPriority(urgent.handle())).isEqualTo(range.mostUrgent());
      assertThat(gpu.driver().streamPriority(more.handle())).isEqualTo(range.mostUrgent());
      assertThat(gpu.driver().streamPriority(usual.handle())).isEqualTo(range.leastUrgent());
    }
  }

  @Test
  void range_isBegunAndEndedOnce() {
    Ranges profiler = mock();
    Range range = new Range(profiler, "epoch");
    verify(profiler).push("epoch");
    range.close();
    range.close();
    verify(profiler).pop();
    gpu.range("nobody listens").close();
  }

  @Test
  void memoryOfAnArray_hasItsContent_orIsNotThere() {
    try (ShortMemory x = gpu.shorts(new short[] {1, 2})) {
      assertThat(x.toArray()).containsExactly((short) 1, (short) 2);
    }
    assertInvalid(() -> gpu.ints(new int[0]), "0 ints");
    FakeCuda.failAt("cuMemcpyHtoDAsync_v2", 1, 1);
    assertThatThrownBy(() -> gpu.ints(new int[1])).isInstanceOf(CudaException.class);
    assertThat(gpu.memoryUse().live()).isZero();
  }

  @Test
  void parts_standAroundThePool() {
    try (DeviceContext counted = cuda.device(0).context(MemoryGrowth.grow().with(Statistics::new));
        IntMemory x = counted.ints(10)) {
      Statistics statistics = (Statistics) counted.allocator();
      assertThat(statistics.counts().toString()).contains("1");
      assertThat(statistics.use().live()).isEqualTo(x.bytes());
    }
  }

  @Test
  void anyThread_canUseIt_whateverContextWasCurrentThere() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try (DeviceContext second = cuda.device(1).context(MemoryGrowth.grow())) {
      List<Future<int[]>> results = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        int value = i;
        results.add(
            threads.submit(
                () -> {
                  DeviceContext mine = value % 2 == 0 ? gpu : second;
                  try (Stream stream = mine.newStream();
                      IntMemory x = mine.ints(100)) {
                    for (int k = 0; k < 50; k++) {
                      cuda.driver().setCurrentContext(k % 3 == 0 ? 0 : second.handle());
                      x.fill(value, stream);
                      cuda.driver().setCurrentContext(gpu.handle());
                      mine.ints(1000).close();
                    }
                    return x.toArray();
                  }
                }));
      }
      for (int i = 0; i < results.size(); i++) {
        assertThat(results.get(i).get()).containsOnly(i);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void virtualThreads_canUseIt_wheneverTheyAreMoved() throws Exception {
    Assumptions.assumeTrue(Runtime.version().feature() >= 21, "skipped: no virtual threads");
    ExecutorService threads =
        (ExecutorService) Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
    try (DeviceContext second = cuda.device(1).context(MemoryGrowth.grow())) {
      FakeCuda.delay(5);
      List<Future<int[]>> results = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        int value = i;
        results.add(
            threads.submit(
                () -> {
                  DeviceContext mine = value % 2 == 0 ? gpu : second;
                  try (Stream stream = mine.newStream();
                      IntMemory x = mine.ints(100)) {
                    for (int k = 0; k < 20; k++) {
                      x.fill(value, stream);
                      mine.ints(1000 + k).close();
                      Thread.sleep(0, 1);
                    }
                    return x.toArray();
                  }
                }));
      }
      for (int i = 0; i < results.size(); i++) {
        assertThat(results.get(i).get()).containsOnly(i);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void threadsThatShareMemoryAndStreams_doNotDisturbIt() throws Exception {
    FakeCuda.delay(5);
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try (IntMemory x = gpu.ints(64);
        Stream a = gpu.newStream();
        Stream b = gpu.newStream()) {
      Set<Integer> seen = ConcurrentHashMap.newKeySet();
      List<Future<?>> all = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        Stream mine = t % 2 == 0 ? a : b;
        int number = t;
        all.add(
            threads.submit(
                () -> {
                  for (int i = 0; i < 60; i++) {
                    x.fill(10 * number + i % 10, mine);
                    try (IntMemory y = gpu.ints(64);
                        Stream own = gpu.newStream()) {
                      y.copyFrom(x, own);
                      int[] back = y.toArray();
                      for (int value : back) {
                        assertThat(value)
                            .isEqualTo(back[0]); // never half of one and half of another
                      }
                      seen.add(back[0]);
                    }
                  }
                }));
      }
      for (Future<?> one : all) {
        one.get();
      }
      assertThat(seen).isNotEmpty();
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void closedContext_refusesAll_andClosingItClosesTheRest() {
    DeviceContext other = cuda.device(0).context(MemoryGrowth.grow());
    Stream stream = other.newStream();
    IntMemory x = other.ints(10);
    HostMemory host = other.hostMemory(40);
    Event event = stream.record();
    Graph graph = stream.capture(() -> x.fill(1, stream));
    x.fill(1, stream);
    other.close();
    other.close();
    assertInvalid(() -> other.ints(1), "context of device 0 is closed");
    assertInvalid(other::newStream, "context of device 0 is closed");
    assertInvalid(() -> x.fill(1), "closed");
    assertInvalid(x::address, "closed");
    assertInvalid(host::buffer, "closed");
    assertInvalid(stream::synchronize, "closed");
    assertInvalid(event::synchronize, "closed");
    assertInvalid(graph::instantiate, "closed");
    x.close();
    host.close();
    event.close();
    graph.close();
    stream.close();
  }

  @Test
  void whatIsLost_isFreedAfterItsWork() {
    FakeCuda.delay(2000);
    try (Stream stream = gpu.newStream();
        IntMemory y = gpu.ints(1 << 20)) {
      lose(stream, y);
      Awaitility.await()
          .atMost(Duration.ofSeconds(20))
          .until(
              () -> {
                System.gc();
                return gpu.memoryUse().live() == y.bytes()
                    && FakeCuda.live(FakeCuda.Kind.STREAM) == 2;
              });
      assertThat(y.slice(7, 1).toArray()).containsExactly(5);
    }
  }

  private void lose(Stream stream, IntMemory y) {
    IntMemory x = gpu.ints(1 << 20);
    Stream lost = gpu.newStream();
    HostMemory host = gpu.hostMemory(4);
    x.fill(5, lost);
    y.copyFrom(x, stream);
    x.slice(0, 1).copyTo(host, lost);
    lost.record();
  }
}
