package dev.windlass.cuda.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.windlass.cuda.memory.AllocationTracker.PlaceUse;
import dev.windlass.cuda.memory.TraceEvent.Action;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.AfterContainer;

/** What stands around an allocator, in any order and any number: the sums always agree. */
class StackOfAllocatorsTest {
  enum Part {
    STATISTICS,
    TRACKER_OFF,
    TRACKER_SAMPLED,
    TRACKER_ALL,
    TRACE,
    CALLBACK,
    TIMELINE
  }

  private static final long LIMIT = 10_000;
  private static final List<Path> FILES = new ArrayList<>();

  private record Block(long address, long bytes) {}

  private final List<Block> live = new ArrayList<>();
  private final List<Path> traces = new ArrayList<>();
  private DeviceAllocator outermost = new FakeAllocator(LIMIT);

  @Property(tries = 100)
  void sumsAgree(@ForAll @Size(max = 6) List<Part> parts, @ForAll long seed) throws IOException {
    live.clear();
    traces.clear();
    FakeAllocator fake = new FakeAllocator(LIMIT);
    List<DeviceAllocator> stack = new ArrayList<>();
    outermost = fake;
    for (Part part : parts) {
      outermost = around(outermost, part);
      stack.add(outermost);
    }
    Random random = new Random(seed);
    long allocations = 0;
    long allocated = 0;
    for (int i = 0; i < 200; i++) {
      int dice = random.nextInt(100);
      if (dice < 60) {
        long bytes = 1L + random.nextInt(1000);
        try {
          long address = outermost.allocate(bytes, random.nextInt(3));
          live.add(new Block(address, bytes));
          allocations++;
          allocated += bytes;
        } catch (OutOfDeviceMemoryException e) {
          check(e, parts);
        }
      } else if (dice < 95 && !live.isEmpty()) {
        freeOne(random.nextInt(live.size()));
      } else {
        outermost.trim(random.nextInt((int) LIMIT));
      }
      long sum = live.stream().mapToLong(Block::bytes).sum();
      assertThat(fake.use().live()).isEqualTo(sum);
      assertThat(outermost.use()).isEqualTo(fake.use());
      for (DeviceAllocator part : stack) {
        if (part instanceof Statistics s) {
          assertThat(s.counts().liveBytes()).isEqualTo(sum);
          assertThat(s.counts().liveCount()).isEqualTo(live.size());
          assertThat(s.counts().allocations()).isEqualTo(allocations);
          assertThat(s.counts().frees()).isEqualTo(allocations - live.size());
          assertThat(s.counts().allocatedBytes()).isEqualTo(allocated);
          assertThat(s.counts().peakBytes()).isEqualTo(fake.use().peakLive());
        } else if (i % 20 == 0 && part instanceof AllocationTracker t && !t.largest(1).isEmpty()) {
          assertThat(t.byPlace().stream().mapToLong(PlaceUse::bytes).sum()).isEqualTo(sum);
          assertThat(t.largest(1).get(0).bytes())
              .isEqualTo(live.stream().mapToLong(Block::bytes).max().orElse(0));
        }
      }
    }
    outermost.close();
    assertThat(fake.timesClosed()).isEqualTo(1);
    long sum = live.stream().mapToLong(Block::bytes).sum();
    for (Path file : traces) {
      List<TraceEvent> events = TraceFile.read(file);
      assertThat(events.stream().mapToLong(StackOfAllocatorsTest::change).sum()).isEqualTo(sum);
      assertThat(Replay.run(events, new FakeAllocator(Long.MAX_VALUE / 2), s -> s))
          .satisfies(
              report -> {
                assertThat(report.leftBytes()).isEqualTo(sum);
                assertThat(report.unmatched()).isZero();
                assertThat(report.peakLive()).isEqualTo(fake.use().peakLive());
              });
    }
  }

  private DeviceAllocator around(DeviceAllocator inner, Part part) throws IOException {
    return switch (part) {
      case STATISTICS -> new Statistics(inner);
      case TRACKER_OFF -> new AllocationTracker(inner, Tracking.OFF);
      case TRACKER_SAMPLED -> new AllocationTracker(inner, Tracking.SAMPLED);
      case TRACKER_ALL -> new AllocationTracker(inner, Tracking.ALL);
      case TRACE -> {
        Path file = Files.createTempFile("trace", ".csv");
        traces.add(file);
        FILES.add(file);
        yield new AllocationTrace(inner, file);
      }
      case CALLBACK ->
          new FailureCallback(
              inner,
              (bytes, attempt) -> {
                if (live.isEmpty() || attempt > 1) {
                  return false;
                }
                freeOne(0);
                return true;
              },
              5);
      case TIMELINE -> new MemoryTimeline(inner, 64, Tracking.SAMPLED);
    };
  }

  private void freeOne(int i) {
    Block block = live.remove(i);
    outermost.free(block.address, block.bytes, 0);
  }

  private static void check(OutOfDeviceMemoryException e, List<Part> parts) {
    boolean tracked = parts.contains(Part.TRACKER_ALL) || parts.contains(Part.TRACKER_SAMPLED);
    assertThat(e.breakdown().tracked()).isEqualTo(tracked);
    assertThat(e.breakdown().callbackCalls().isPresent()).isEqualTo(parts.contains(Part.CALLBACK));
  }

  private static long change(TraceEvent e) {
    return e.action() == Action.ALLOCATE ? e.bytes() : e.action() == Action.FREE ? -e.bytes() : 0;
  }

  @AfterContainer
  static void deleteTraces() throws IOException {
    for (Path file : FILES) {
      Files.deleteIfExists(file);
    }
  }
}
