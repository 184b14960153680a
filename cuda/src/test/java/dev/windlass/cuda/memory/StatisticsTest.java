package dev.windlass.cuda.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.windlass.cuda.memory.Statistics.Counts;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.mockito.Mockito;

class StatisticsTest {
  @Test
  void counts_areOfWhatWentThrough() {
    try (Statistics s = new Statistics(new FakeAllocator(1000))) {
      long a = s.allocate(600, 0);
      long b = s.allocate(300, 0);
      assertThatThrownBy(() -> s.allocate(200, 0)).isInstanceOf(OutOfDeviceMemoryException.class);
      s.free(a, 600, 0);
      assertThat(s.counts()).isEqualTo(new Counts(2, 1, 1, 900, 300, 1, 900, 2));
      s.resetPeaks();
      s.free(b, 300, 0);
      assertThat(s.counts()).isEqualTo(new Counts(2, 2, 1, 900, 0, 0, 300, 1));
    }
  }

  @Test
  void failedFree_isNotCounted() {
    DeviceAllocator inner = Mockito.mock(DeviceAllocator.class);
    Mockito.doThrow(new IllegalStateException("sticky")).when(inner).free(1, 8, 0);
    try (Statistics s = new Statistics(inner)) {
      s.allocate(8, 0);
      assertThatThrownBy(() -> s.free(1, 8, 0)).hasMessage("sticky");
      assertThat(s.counts()).isEqualTo(new Counts(1, 0, 0, 8, 8, 1, 8, 1));
    }
  }

  @Test
  void manyThreads_sumsAgree() throws Exception {
    FakeAllocator fake = new FakeAllocator(Long.MAX_VALUE / 2);
    try (Statistics s = new Statistics(fake)) {
      List<Thread> threads =
          IntStream.range(0, 4)
              .mapToObj(
                  t ->
                      new Thread(
                          () -> {
                            Random random = new Random(t);
                            for (int i = 0; i < 5_000; i++) {
                              long bytes = 1L + random.nextInt(1 << 16);
                              long address = s.allocate(bytes, t);
                              if (i % 10 != 0) {
                                s.free(address, bytes, t);
                              }
                            }
                          }))
              .toList();
      threads.forEach(Thread::start);
      for (Thread t : threads) {
        t.join();
      }
      Counts c = s.counts();
      assertThat(c.allocations()).isEqualTo(20_000);
      assertThat(c.frees()).isEqualTo(18_000);
      assertThat(c.liveCount()).isEqualTo(2_000);
      assertThat(c.liveBytes()).isEqualTo(fake.use().live());
      assertThat(c.peakBytes()).isBetween(c.liveBytes(), fake.use().peakLive());
    }
  }

  @Test
  void metrics_haveNamesUnitsAndTags_andFollowTheAllocator() {
    MeterRegistry registry = new SimpleMeterRegistry();
    try (Statistics s = new Statistics(new FakeAllocator(1000))) {
      new MemoryMetrics(s, Tags.of("device", "GPU-1")).bindTo(registry);
      long a = s.allocate(600, 0);
      s.allocate(300, 0);
      s.free(a, 600, 0);
      assertThatThrownBy(() -> s.allocate(800, 0)).isInstanceOf(OutOfDeviceMemoryException.class);
      s.allocate(100, 0);
      assertThat(gauge(registry, "cuda.memory.used", "live")).isEqualTo(400);
      assertThat(gauge(registry, "cuda.memory.used", "cached")).isZero();
      assertThat(gauge(registry, "cuda.memory.used", "fragmented")).isZero();
      assertThat(gauge(registry, "cuda.memory.peak", "live")).isEqualTo(900);
      assertThat(gauge(registry, "cuda.memory.peak", "held")).isEqualTo(900);
      assertThat(registry.get("cuda.memory.allocated").functionCounter().count()).isEqualTo(1000);
      assertThat(registry.get("cuda.memory.frees").functionCounter().count()).isEqualTo(1);
      assertThat(
              registry
                  .get("cuda.memory.allocations")
                  .tag("result", "failure")
                  .functionCounter()
                  .count())
          .isEqualTo(1);
      assertThat(registry.getMeters())
          .hasSize(9)
          .allSatisfy(m -> assertThat(m.getId().getTag("device")).isEqualTo("GPU-1"))
          .allSatisfy(m -> assertThat(m.getId().getDescription()).isNotBlank())
          .extracting(Meter::getId)
          .extracting(Meter.Id::getBaseUnit)
          .containsOnly("bytes", "allocations", "frees");
    }
  }

  /** The classes as a user without Micrometer has them. */
  @Test
  void withoutMicrometer_everythingElseWorks() throws Exception {
    URL classes =
        Path.of(Statistics.class.getProtectionDomain().getCodeSource().getLocation().toURI())
            .toUri()
            .toURL();
    ClassLoader others = getClass().getClassLoader();
    ClassLoader withoutMicrometer =
        new ClassLoader(ClassLoader.getPlatformClassLoader()) {
          @Override
          protected Class<?> findClass(String name) throws ClassNotFoundException {
            if (name.startsWith("io.micrometer") || name.startsWith("dev.windlass.cuda")) {
              throw new ClassNotFoundException(name);
            }
            return others.loadClass(name);
          }
        };
    try (URLClassLoader user = new URLClassLoader(new URL[] {classes}, withoutMicrometer)) {
      Class<?> statistics = user.loadClass(Statistics.class.getName());
      assertThat(statistics).isNotSameAs(Statistics.class);
      for (Class<?> c :
          List.of(
              Statistics.class,
              AllocationTracker.class,
              AllocationTrace.class,
              MemoryTimeline.class,
              FailureCallback.class,
              LeakDetector.class)) {
        Class<?> loaded = Class.forName(c.getName(), true, user);
        assertThat(loaded.getMethods()).isNotEmpty();
      }
      assertThatThrownBy(() -> Class.forName(MemoryMetrics.class.getName(), true, user))
          .isInstanceOf(NoClassDefFoundError.class);
    }
  }

  private static double gauge(MeterRegistry registry, String name, String state) {
    return registry.get(name).tag("state", state).gauge().value();
  }
}
