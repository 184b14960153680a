package dev.windlass.cuda.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.example.Training;
import dev.windlass.cuda.driver.CudaException;
import dev.windlass.cuda.memory.MemoryBreakdown.Source;
import dev.windlass.cuda.memory.Replay.Report;
import dev.windlass.cuda.memory.pool.MemoryPool;
import dev.windlass.cuda.memory.pool.PhysicalMemory;
import dev.windlass.cuda.memory.pool.PoolSettings;
import dev.windlass.cuda.memory.pool.StreamOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.LongUnaryOperator;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** All that watches, around the pool that it is made for. */
class WatchedPoolTest {
  private static final long MIB = 1L << 20;

  @TempDir Path folder;

  private static MemoryPool pool(Pages device, long limit) {
    return MemoryPool.overPages(
        device, new Done(), PoolSettings.GROW.withLimit(limit).withGiveBackAfter(Duration.ZERO));
  }

  @Test
  void sumsAgree_andTheTraceReplaysAsItWas() {
    Path file = folder.resolve("trace.csv");
    Pages device = new Pages(1024 * MIB);
    Random random = new Random(42);
    List<long[]> live = new ArrayList<>();
    long sum = 0;
    MemoryTimeline timeline = new MemoryTimeline(pool(device, 64 * MIB), 1000, Tracking.SAMPLED);
    AllocationTracker tracker = new AllocationTracker(timeline, Tracking.SAMPLED);
    Statistics statistics = new Statistics(tracker);
    try (AllocationTrace top = new AllocationTrace(statistics, file)) {
      for (int i = 0; i < 20_000; i++) {
        if (random.nextBoolean() && sum < 50 * MIB) {
          long bytes = 1 + (long) Math.exp(random.nextDouble() * Math.log(2.0 * MIB));
          live.add(new long[] {top.allocate(bytes, i & 1), bytes});
          sum += bytes;
        } else if (!live.isEmpty()) {
          long[] one = live.remove(random.nextInt(live.size()));
          top.free(one[0], one[1], i >> 1 & 1);
          sum -= one[1];
        }
      }
      assertThat(statistics.counts().liveBytes()).isEqualTo(sum);
      assertThat(statistics.counts().liveCount()).isEqualTo(live.size());
      assertThat(tracker.byPlace().stream().mapToLong(p -> p.bytes()).sum()).isEqualTo(sum);
      MemoryUse use = top.use();
      assertThat(use.live()).isGreaterThanOrEqualTo(sum);
      assertThat(use.live() + use.cached() + use.fragmented()).isEqualTo(use.held());
      assertThat(use.held()).isEqualTo(device.taken());
      top.flush();
      try (MemoryPool again = pool(new Pages(1024 * MIB), 64 * MIB)) {
        Report report = Replay.run(TraceFile.read(file), again, LongUnaryOperator.identity());
        assertThat(report.failures()).isZero();
        assertThat(report.unmatched()).isZero();
        assertThat(report.leftBytes()).isEqualTo(sum);
        assertThat(report.peakLive()).isEqualTo(statistics.counts().peakBytes());
        assertThat(report.peakHeld()).isBetween(report.peakLive(), 64 * MIB);
      }
      live.forEach(one -> top.free(one[0], one[1], 0));
    }
    assertThat(device.taken()).isZero();
  }

  @Test
  void outOfMemory_isExplained_andSlowPathsAreRecorded() throws Exception {
    Path file = folder.resolve("memory.jfr");
    OutOfDeviceMemoryException failure;
    try (Recording recording = new Recording()) {
      for (String name : List.of("MemoryGrowth", "MemoryGiveBack", "OutOfMemory")) {
        recording.enable("dev.windlass.cuda." + name);
      }
      recording.start();
      try (DeviceAllocator allocator =
          new AllocationTracker(
              new FailureCallback(
                  pool(new Pages(1024 * MIB), 64 * MIB), (bytes, attempt) -> false, 3),
              Tracking.ALL)) {
        long kept = Training.step(() -> allocator.allocate(40 * MIB, 0));
        allocator.free(allocator.allocate(8 * MIB, 0), 8 * MIB, 0);
        allocator.trim(0);
        failure =
            catchThrowableOfType(
                OutOfDeviceMemoryException.class, () -> allocator.allocate(32 * MIB, 0));
        allocator.free(kept, 40 * MIB, 0);
      }
      recording.stop();
      recording.dump(file);
    }
    MemoryBreakdown b = failure.breakdown();
    assertThat(b.source()).isEqualTo(Source.VIRTUAL_MEMORY);
    assertThat(b.live()).isEqualTo(40 * MIB);
    assertThat(b.limit()).isEqualTo(64 * MIB);
    assertThat(b.deviceTotal()).isEqualTo(1024 * MIB);
    assertThat(b.callbackCalls()).hasValue(1);
    assertThat(failure.remedy())
        .startsWith("Raise the limit by 8 MiB or more: the device has 984.00 MiB free.")
        .contains("40.00 MiB from com.example.Training.step(Training.java")
        .contains("The failure callback was asked once and did not free enough");
    List<RecordedEvent> events = RecordingFile.readAllEvents(file);
    assertThat(sum(events, "MemoryGrowth")).isEqualTo(48 * MIB);
    assertThat(sum(events, "MemoryGiveBack")).isEqualTo(8 * MIB);
    assertThat(events)
        .filteredOn(e -> e.getEventType().getName().endsWith("OutOfMemory"))
        .singleElement()
        .satisfies(e -> assertThat(e.getLong("asked")).isEqualTo(32 * MIB));
  }

  private static long sum(List<RecordedEvent> events, String name) {
    return events.stream()
        .filter(e -> e.getEventType().getName().endsWith(name))
        .mapToLong(e -> e.getLong("bytes"))
        .sum();
  }

  /** Pages by arithmetic. */
  private static final class Pages implements PhysicalMemory {
    private final long total;
    private final Map<Long, Long> made = new HashMap<>();
    private long next = 1L << 40;
    private long handles;

    Pages(long total) {
      this.total = total;
    }

    synchronized long taken() {
      return made.values().stream().mapToLong(b -> b).sum();
    }

    @Override
    public long granularity() {
      return 2 * MIB;
    }

    @Override
    public synchronized long reserve(long bytes) {
      long address = next;
      next += bytes;
      return address;
    }

    @Override
    public void unreserve(long address, long bytes) {}

    @Override
    public synchronized long create(long bytes) {
      if (taken() + bytes > total) {
        throw CudaException.of("cuMemCreate", 2);
      }
      long handle = ++handles;
      made.put(handle, bytes);
      return handle;
    }

    @Override
    public synchronized void release(long handle) {
      assertThat(made.remove(handle)).isNotNull();
    }

    @Override
    public void map(long address, long bytes, long handle) {}

    @Override
    public void open(long address, long bytes) {}

    @Override
    public void unmap(long address, long bytes) {}

    @Override
    public void info(long[] freeAndTotal) {
      freeAndTotal[0] = total - taken();
      freeAndTotal[1] = total;
    }
  }

  /** Streams whose work is done when it is queued. */
  private static final class Done implements StreamOrder {
    private long events;

    @Override
    public void bind() {}

    @Override
    public long createEvent() {
      return ++events;
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
}
