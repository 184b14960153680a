package dev.windlass.cuda.memory.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.windlass.cuda.memory.MemoryUse;
import dev.windlass.cuda.memory.OutOfDeviceMemoryException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Many threads on few and many streams, over a device that finds overlaps and early reuse. */
class ManyThreadsTest {
  private static final long PAGE = 64 << 10;
  private static final int THREADS = 8;
  private static final int OPERATIONS = 6000;

  private record Given(long address, long bytes, long stream) {}

  @ParameterizedTest
  @CsvSource({"1, true", "3, true", "8, true", "3, false"})
  void threads_shareThePool_safely(int streams, boolean paged) throws Exception {
    FakeDevice device = new FakeDevice(PAGE, 512 * PAGE);
    PoolSettings settings =
        PoolSettings.GROW.withLimit(256 * PAGE).withGiveBackAfter(Duration.ofMillis(8));
    for (int i = 0; i < streams; i++) {
      device.streams.create(16L + i);
    }
    MemoryPool pool =
        paged
            ? MemoryPool.overPages(device, device, settings)
            : MemoryPool.overSegments(device.segments(), device, settings);
    ConcurrentLinkedQueue<Given> passedOn = new ConcurrentLinkedQueue<>();
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    List<Future<?>> running = new ArrayList<>();
    for (int t = 0; t < THREADS; t++) {
      int thread = t;
      running.add(threads.submit(() -> work(thread, streams, device, pool, passedOn)));
    }
    for (Future<?> one : running) {
      one.get();
    }
    threads.shutdown();
    for (Given g : passedOn) {
      free(g, g.stream(), device, pool);
    }
    MemoryUse use = pool.use();
    assertThat(use.live()).isZero();
    assertThat(use.held()).isEqualTo(device.used());
    assertThat(use.cached() + use.fragmented()).isEqualTo(use.held());
    assertThat(device.mostUsed()).isLessThanOrEqualTo(256 * PAGE);
    assertThat(pool.counters().wrongFrees()).isZero();
    pool.close();
    assertThat(device.hasNothing()).as(device.rest()).isTrue();
  }

  private static void work(
      int thread,
      int streams,
      FakeDevice device,
      MemoryPool pool,
      ConcurrentLinkedQueue<Given> passedOn) {
    Random random = new Random(thread);
    List<Given> mine = new ArrayList<>();
    for (int i = 0; i < OPERATIONS; i++) {
      long stream = 16L + (thread + (random.nextInt(8) == 0 ? 1 : 0)) % streams;
      int dice = random.nextInt(100);
      if (dice < 50) {
        long bytes = 1L + random.nextInt(random.nextInt(20) == 0 ? 3 << 20 : 8 << 10);
        try {
          long address = pool.allocate(bytes, stream);
          device.allocated(address, Sizes.round(bytes), stream);
          mine.add(new Given(address, bytes, stream));
        } catch (OutOfDeviceMemoryException e) {
          mine.forEach(g -> free(g, g.stream(), device, pool));
          mine.clear();
        }
      } else if (dice < 90 && !mine.isEmpty()) {
        Given g = mine.remove(random.nextInt(mine.size()));
        free(g, random.nextInt(4) == 0 ? stream : g.stream(), device, pool);
      } else if (dice < 94 && !mine.isEmpty()) {
        passedOn.add(mine.remove(mine.size() - 1));
      } else if (dice < 98) {
        Given g = passedOn.poll();
        if (g != null) {
          free(g, stream, device, pool);
        }
      } else if (dice == 98) {
        device.runAll();
      } else {
        pool.trim(random.nextInt(1 << 24));
        pool.use();
        pool.map();
      }
    }
    mine.forEach(g -> free(g, g.stream(), device, pool));
  }

  private static void free(Given g, long stream, FakeDevice device, MemoryPool pool) {
    device.freed(g.address(), Sizes.round(g.bytes()), g.stream(), stream);
    pool.free(g.address(), g.bytes(), stream);
  }
}
