package dev.windlass.cuda.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import com.example.Training;
import dev.windlass.cuda.memory.InvalidFreeException.Mistake;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AllocationTrackerTest {
  private static final long MIB = 1 << 20;

  private final AtomicLong nanos = new AtomicLong(-5);
  private final FakeAllocator fake = new FakeAllocator(100 * MIB);

  private AllocationTracker tracker(Tracking tracking) {
    return new AllocationTracker(fake, tracking, nanos::get);
  }

  @Test
  void largest_areTheLargest_withPlaceAgeAndThread() {
    AllocationTracker tracker = tracker(Tracking.ALL);
    long small = Training.step(() -> tracker.allocate(1, 7));
    nanos.addAndGet(Duration.ofSeconds(3).toNanos());
    long large = Training.evaluate(() -> tracker.allocate(5000, 9));
    nanos.addAndGet(Duration.ofSeconds(2).toNanos());
    assertThat(tracker.largest(10))
        .extracting(LiveAllocation::address, LiveAllocation::bytes, LiveAllocation::stream)
        .containsExactly(tuple(large, 5000L, 9L), tuple(small, 1L, 7L));
    LiveAllocation first = tracker.largest(1).get(0);
    assertThat(first.age()).isEqualTo(Duration.ofSeconds(2));
    assertThat(first.thread()).isEqualTo(Thread.currentThread().getName());
    assertThat(first.where()).startsWith("com.example.Training.evaluate(Training.java:");
    assertThat(first.place()).noneMatch(c -> c.contains(AllocationTracker.class.getName() + "."));
  }

  @Test
  void byPlace_sumsUp_theMostBytesFirst() {
    AllocationTracker tracker = tracker(Tracking.ALL);
    for (int i = 0; i < 3; i++) {
      Training.step(() -> tracker.allocate(100, 0));
    }
    Training.evaluate(() -> tracker.allocate(200, 0));
    assertThat(tracker.byPlace())
        .satisfiesExactly(
            p -> {
              assertThat(p.bytes()).isEqualTo(300);
              assertThat(p.count()).isEqualTo(3);
              assertThat(p.place().get(0)).contains("Training.step");
            },
            p -> assertThat(p.place().get(0)).contains("Training.evaluate"));
  }

  @Test
  void outOfMemory_namesTheTenLargest() {
    AllocationTracker tracker = tracker(Tracking.SAMPLED);
    for (int i = 1; i <= 12; i++) {
      long bytes = i * MIB;
      Training.step(() -> tracker.allocate(bytes, 0));
    }
    OutOfDeviceMemoryException e =
        catchThrowableOfType(OutOfDeviceMemoryException.class, () -> tracker.allocate(50 * MIB, 0));
    assertThat(e.breakdown().tracked()).isTrue();
    assertThat(e.breakdown().largest())
        .hasSize(10)
        .extracting(LiveAllocation::bytes)
        .startsWith(12 * MIB, 11 * MIB)
        .endsWith(3 * MIB);
    assertThat(e)
        .hasMessageContaining(
            "The largest live allocation is 12.00 MiB from com.example.Training.step(Training.java");
  }

  @Test
  void doubleFree_isNamed_andReachesNothing() {
    AllocationTracker tracker = tracker(Tracking.ALL);
    long address = Training.step(() -> tracker.allocate(256, 0));
    Training.evaluate(
        () -> {
          tracker.free(address, 256, 0);
          return true;
        });
    assertThatThrownBy(() -> tracker.free(address, 256, 0))
        .isInstanceOfSatisfying(
            InvalidFreeException.class, e -> assertThat(e.mistake()).isEqualTo(Mistake.DOUBLE_FREE))
        .hasMessageContaining("While freeing 256 bytes at 0x7f0000000000: It was freed before")
        .hasMessageContaining("com.example.Training.evaluate")
        .hasMessageContaining("It was allocated at\n    com.example.Training.step");
    assertThat(tracker.allocate(256, 0)).isEqualTo(address);
    tracker.free(address, 256, 0);
  }

  @Test
  void wrongSize_isNamed_andTheAllocationStays() {
    AllocationTracker tracker = tracker(Tracking.ALL);
    long address = tracker.allocate(256, 0);
    assertThatThrownBy(() -> tracker.free(address, 255, 0))
        .isInstanceOfSatisfying(
            InvalidFreeException.class, e -> assertThat(e.mistake()).isEqualTo(Mistake.WRONG_SIZE))
        .hasMessageContaining("The allocation there has 256 bytes");
    tracker.free(address, 256, 0);
    assertThat(tracker.byPlace()).isEmpty();
  }

  @Test
  void foreignAddress_isNamed_andTheAllocationThatItIsInside() {
    AllocationTracker tracker = tracker(Tracking.ALL);
    long address = tracker.allocate(1024, 0);
    assertThatThrownBy(() -> tracker.free(address + 512, 512, 0))
        .isInstanceOfSatisfying(
            InvalidFreeException.class,
            e -> assertThat(e.mistake()).isEqualTo(Mistake.FOREIGN_ADDRESS))
        .hasMessageContaining("It is 512 bytes inside of the allocation at 0x7f0000000000");
    assertThatThrownBy(() -> tracker.free(address + 1024, 512, 0))
        .hasMessageContaining("It was not allocated through this allocator");
  }

  @ParameterizedTest
  @EnumSource(Tracking.class)
  void close_closesWhatIsInside(Tracking tracking) {
    AllocationTracker tracker = tracker(tracking);
    tracker.allocate(5, 0);
    tracker.close();
    assertThat(fake.timesClosed()).isEqualTo(1);
    assertThat(tracker.byPlace()).isEmpty();
  }

  @Test
  void off_remembersNothing_andChecksNothing() {
    AllocationTracker tracker = tracker(Tracking.OFF);
    long address = tracker.allocate(5, 0);
    assertThat(tracker.largest(10)).isEmpty();
    tracker.free(address, 5, 0);
    assertThatThrownBy(() -> tracker.free(address, 5, 0)).isInstanceOf(AssertionError.class);
    OutOfDeviceMemoryException e =
        catchThrowableOfType(
            OutOfDeviceMemoryException.class, () -> tracker.allocate(500 * MIB, 0));
    assertThat(e.breakdown().tracked()).isFalse();
  }

  @Test
  void sampled_knowsThePlaceOfAllThatIsLarge_andOfSomeOfTheRest() {
    AllocationTracker tracker = tracker(Tracking.SAMPLED);
    tracker.allocate(MIB, 0);
    for (int i = 0; i < 128 * 50; i++) {
      tracker.allocate(256, 0);
    }
    List<LiveAllocation> all = tracker.largest(Integer.MAX_VALUE);
    assertThat(all.get(0).place()).isNotEmpty();
    assertThat(all.stream().skip(1).filter(a -> a.place().isEmpty()).count()).isGreaterThan(6000);
    assertThat(all.stream().skip(1).filter(a -> !a.place().isEmpty()).count()).isPositive();
  }

  /** Whoever frees first wins, and the other is told: both start together, round after round. */
  @SuppressWarnings(
      "ThreadPriorityCheck") // where there is one core, spinning alone would take long
  @Test
  void twoThreadsThatFreeTheSame_oneFrees() throws Exception {
    AllocationTracker tracker = tracker(Tracking.ALL);
    int rounds = 2_000;
    List<Long> addresses = new ArrayList<>();
    for (int i = 0; i < rounds; i++) {
      addresses.add(tracker.allocate(64, 0));
    }
    AtomicInteger arrived = new AtomicInteger();
    AtomicInteger freed = new AtomicInteger();
    ConcurrentLinkedQueue<Throwable> told = new ConcurrentLinkedQueue<>();
    Runnable freeAll =
        () -> {
          for (int round = 0; round < rounds; round++) {
            arrived.incrementAndGet();
            while (arrived.get() < 2 * (round + 1)) {
              Thread.yield();
            }
            try {
              tracker.free(addresses.get(round), 64, 0);
              freed.incrementAndGet();
            } catch (InvalidFreeException | AssertionError e) {
              told.add(e);
            }
          }
        };
    Thread other = new Thread(freeAll);
    other.start();
    freeAll.run();
    other.join();
    assertThat(freed).hasValue(rounds);
    assertThat(told)
        .hasSize(rounds)
        .allSatisfy(
            e ->
                assertThat(e)
                    .isInstanceOfSatisfying(
                        InvalidFreeException.class,
                        i -> assertThat(i.mistake()).isEqualTo(Mistake.DOUBLE_FREE)));
    assertThat(fake.use().live()).isZero();
  }
}
