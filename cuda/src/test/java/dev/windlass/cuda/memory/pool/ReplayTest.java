package dev.windlass.cuda.memory.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.windlass.cuda.memory.MemoryUse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * How much is held for what is live, on the allocations of a server whose sequences grow: each has
 * a cache that is now and then copied to a larger one, and ends after a while. A pool that takes
 * the smallest free block that fits, joins neighbours and grows at its end does badly at that.
 */
class ReplayTest {
  private record Step(int sequence, long bytes) {}

  /** What best fit over one range of addresses does, at its best: it grows byte by byte. */
  private static final class BestFit {
    private final TreeMap<Long, Long> free = new TreeMap<>();
    private long end;

    long allocate(long bytes) {
      long best = -1;
      long bestSize = Long.MAX_VALUE;
      for (Map.Entry<Long, Long> e : free.entrySet()) {
        if (e.getValue() >= bytes && e.getValue() < bestSize) {
          best = e.getKey();
          bestSize = e.getValue();
        }
      }
      if (best < 0) {
        Map.Entry<Long, Long> last = free.lastEntry();
        boolean atEnd = last != null && last.getKey() + last.getValue() == end;
        best = atEnd ? last.getKey() : end;
        bestSize = bytes;
        end = best + bytes;
      }
      free.remove(best);
      if (bestSize > bytes) {
        free.put(best + bytes, bestSize - bytes);
      }
      return best;
    }

    void free(long address, long bytes) {
      long from = address;
      long to = address + bytes;
      Map.Entry<Long, Long> before = free.lowerEntry(from);
      if (before != null && before.getKey() + before.getValue() == from) {
        from = before.getKey();
      }
      Long after = free.remove(to);
      free.put(from, to + (after == null ? 0 : after) - from);
    }
  }

  /** Numbers instead of a device, always done with everything. */
  private static final class Numbers implements PhysicalMemory, StreamOrder {
    private long last = 1L << 40;

    @Override
    public long granularity() {
      return 2 << 20;
    }

    @Override
    public long reserve(long bytes) {
      long address = last;
      last += bytes;
      return address;
    }

    @Override
    public void unreserve(long address, long bytes) {}

    @Override
    public long create(long bytes) {
      return ++last;
    }

    @Override
    public void release(long handle) {}

    @Override
    public void map(long address, long bytes, long handle) {}

    @Override
    public void open(long address, long bytes) {}

    @Override
    public void unmap(long address, long bytes) {}

    @Override
    public void info(long[] freeAndTotal) {
      freeAndTotal[0] = 80L << 30;
      freeAndTotal[1] = 80L << 30;
    }

    @Override
    public void bind() {}

    @Override
    public long createEvent() {
      return 1;
    }

    @Override
    public void destroyEvent(long event) {}

    @Override
    public void record(long event, long stream) {}

    @Override
    public void waitFor(long stream, long event) {}

    @Override
    public boolean isDone(long event) {
      return true;
    }

    @Override
    public boolean isCapturing(long stream) {
      return false;
    }

    @Override
    public void synchronize() {}
  }

  /** The size of a sequence's cache from now on, 0 at its end. */
  private static List<Step> serving(long seed) {
    Random random = new Random(seed);
    long[] sizes = new long[200];
    List<Step> steps = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      int sequence = random.nextInt(sizes.length);
      long size = sizes[sequence];
      if (size == 0) {
        size = (8L << 20) + random.nextInt(56 << 20);
      } else if (size > 160 << 20 || random.nextInt(6) == 0) {
        size = 0;
      } else {
        size += size / 4 + random.nextInt((int) (size / 2));
      }
      sizes[sequence] = size;
      steps.add(new Step(sequence, size));
    }
    return steps;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void growingSequences_holdHardlyMoreThanIsLive(long seed) {
    Numbers device = new Numbers();
    MemoryPool pool =
        MemoryPool.overPages(device, device, PoolSettings.GROW.withGiveBackAfter(Duration.ZERO));
    BestFit plain = new BestFit();
    Map<Integer, long[]> caches = new HashMap<>();
    long live = 0;
    long mostLive = 0;
    for (Step step : serving(seed)) {
      long[] old = caches.remove(step.sequence());
      if (step.bytes() > 0) {
        long[] cache = {
          pool.allocate(step.bytes(), 16), plain.allocate(Sizes.round(step.bytes())), step.bytes()
        };
        caches.put(step.sequence(), cache);
        live += step.bytes();
        mostLive = Math.max(mostLive, live);
      }
      if (old != null) {
        pool.free(old[0], old[2], 16);
        plain.free(old[1], Sizes.round(old[2]));
        live -= old[2];
      }
    }
    MemoryUse use = pool.use();
    assertThat(use.peakLive()).isEqualTo(mostLive);
    assertThat((double) plain.end / mostLive).as("best fit").isGreaterThan(1.1);
    assertThat((double) use.peakHeld() / mostLive).as("this pool").isLessThanOrEqualTo(1.03);
    pool.close();
  }
}
