package dev.windlass.cuda.memory.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.windlass.cuda.driver.CudaException;
import dev.windlass.cuda.memory.MemoryBreakdown;
import dev.windlass.cuda.memory.MemoryBreakdown.Source;
import dev.windlass.cuda.memory.OutOfDeviceMemoryException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a pool of pages does when it has nothing at hand, step by step, seen at the driver. */
class MissOrderTest {
  private static final long PAGE = 2 << 20;
  private static final long A = 0x10;
  private static final long B = 0x20;

  private final FakeDevice device = new FakeDevice(PAGE, 64 * PAGE).logged();
  private MemoryPool pool = pool(16 * PAGE);

  private MemoryPool pool(long limit) {
    PoolSettings settings = PoolSettings.GROW.withLimit(limit).withGiveBackAfter(Duration.ZERO);
    MemoryPool made = MemoryPool.overPages(device, device, settings);
    if (device.callCount() == 0) {
      device.streams.create(A);
      device.streams.create(B);
    }
    return made;
  }

  @AfterEach
  void close() {
    device.failIn(0, 0);
    device.closing();
    pool.close();
    assertThat(device.hasNothing()).as(device.rest()).isTrue();
  }

  private long allocate(long bytes, long stream) {
    long address = pool.allocate(bytes, stream);
    device.allocated(address, bytes, stream);
    return address;
  }

  private void free(long address, long bytes, long stream) {
    device.freed(address, bytes, stream);
    pool.free(address, bytes, stream);
  }

  private static List<String> pages(int created, int mapped) {
    List<String> calls = new ArrayList<>();
    for (int i = 0; i < created; i++) {
      calls.add("create");
    }
    for (int i = 0; i < mapped; i++) {
      calls.add("map");
    }
    calls.add("open");
    return calls;
  }

  @Test
  void first_reservesAddresses_andTakesAsManyPagesAsItNeeds() {
    allocate(3 * PAGE - 5000, A);
    List<String> expected = pages(3, 3);
    expected.add(0, "reserve");
    assertThat(device.takeLog()).isEqualTo(expected);
    assertThat(pool.use().held()).isEqualTo(3 * PAGE);
  }

  @Test
  void sameSizeOnTheStream_comesBackAtOnce_withoutADriverCall() {
    long first = allocate(1000, A);
    free(first, 1000, A);
    device.takeLog();
    assertThat(allocate(900, A)).isEqualTo(first);
    assertThat(device.takeLog()).isEmpty();
    assertThat(pool.counters().misses()).isEqualTo(1);
  }

  @Test
  void otherSizeOnTheStream_isCutFromWhatItFreed_withoutADriverCall() {
    long large = allocate(4 * PAGE, A);
    free(large, 4 * PAGE, A);
    device.takeLog();
    assertThat(allocate(3 * PAGE, A)).isEqualTo(large);
    assertThat(allocate(100, A)).isEqualTo(large + 3 * PAGE);
    assertThat(device.takeLog()).isEmpty();
  }

  @Test
  void neighboursOnTheStream_joinForALargerRequest() {
    long first = allocate(2 * PAGE, A);
    long second = allocate(2 * PAGE, A);
    free(first, 2 * PAGE, A);
    free(second, 2 * PAGE, A);
    device.takeLog();
    assertThat(allocate(4 * PAGE, A)).isEqualTo(first);
    assertThat(device.takeLog()).isEmpty();
  }

  @Test
  void otherStreamsMemory_whoseWorkIsDone_isTakenWithoutAWait() {
    long first = allocate(2 * PAGE, A);
    free(first, 2 * PAGE, A);
    device.streams.runAll();
    device.takeLog();
    assertThat(allocate(2 * PAGE, B)).isEqualTo(first);
    assertThat(device.takeLog()).containsExactly("createEvent", "record", "isDone");
    assertThat(pool.counters().crossStreamWaits()).isZero();
  }

  @Test
  void otherStreamsMemory_whoseWorkIsNotDone_isTakenWithAWaitOnTheDevice() {
    long first = allocate(2 * PAGE, A);
    free(first, 2 * PAGE, A);
    device.takeLog();
    assertThat(allocate(2 * PAGE, B)).isEqualTo(first);
    assertThat(device.takeLog()).containsExactly("createEvent", "record", "isDone", "wait");
    assertThat(pool.counters().crossStreamWaits()).isEqualTo(1);
  }

  @Test
  void secondBlockOfTheSameEpoch_needsNoSecondWait() {
    long first = allocate(2 * PAGE, A);
    long second = allocate(2 * PAGE, A);
    free(first, 2 * PAGE, A);
    free(second, 2 * PAGE, A);
    allocate(2 * PAGE, B);
    device.takeLog();
    allocate(2 * PAGE, B);
    assertThat(device.takeLog()).containsExactly("isDone");
    assertThat(pool.counters().crossStreamWaits()).isEqualTo(1);
  }

  @Test
  void freePagesInPieces_areMovedTogether_whileTheirWorkIsNotDone() {
    long[] blocks = new long[8];
    for (int i = 0; i < blocks.length; i++) {
      blocks[i] = allocate(2 * PAGE, A);
    }
    for (int i = 0; i < blocks.length; i += 2) {
      free(blocks[i], 2 * PAGE, A);
    }
    device.takeLog();
    allocate(8 * PAGE, A);
    assertThat(device.takeLog("createEvent", "record", "isDone")).isEqualTo(pages(0, 8));
    assertThat(pool.use().held()).isEqualTo(16 * PAGE);
    assertThat(pool.counters().movedPages()).isEqualTo(8);
    device.streams.runAll();
    pool.trim(0);
    assertThat(device.takeLog("createEvent", "record", "isDone"))
        .as("the old addresses go when their work is done")
        .containsOnly("unmap")
        .hasSize(4);
  }

  @Test
  void whatMovedPagesLeaveOver_isOfTheStream_andOthersMayHaveItAfterAWait() {
    long first = allocate(2 * PAGE, A);
    allocate(PAGE, A);
    long third = allocate(2 * PAGE, A);
    allocate(PAGE, A);
    free(first, 2 * PAGE, A);
    free(third, 2 * PAGE, A);
    pool.trim(64 * PAGE); // closes the epoch, gives nothing back
    allocate(4 * PAGE - (PAGE >> 1), A);
    device.takeLog();
    allocate(PAGE >> 2, B);
    assertThat(device.takeLog("createEvent", "isDone")).containsExactly("record", "wait");
  }

  @Test
  void freePagesThatAreIdle_areMovedAndUnmappedAtOnce() {
    long first = allocate(2 * PAGE, A);
    allocate(PAGE, A);
    free(first, 2 * PAGE, A);
    device.streams.runAll();
    pool.trim(64 * PAGE); // looks what is done, gives nothing back
    device.streams.runAll();
    pool.trim(64 * PAGE);
    device.takeLog();
    allocate(3 * PAGE, A);
    List<String> expected = pages(1, 3);
    expected.add("unmap");
    assertThat(device.takeLog("isDone")).isEqualTo(expected);
  }

  @Test
  void pagesOfOtherStreams_areMovedOnlyWhenTheLimitLeavesNothingElse() {
    long[] blocks = new long[8];
    for (int i = 0; i < blocks.length; i++) {
      blocks[i] = allocate(2 * PAGE, A);
    }
    free(blocks[1], 2 * PAGE, A);
    free(blocks[3], 2 * PAGE, A);
    device.takeLog();
    allocate(4 * PAGE, B);
    List<String> expected = pages(0, 4);
    expected.add(0, "wait");
    assertThat(device.takeLog("createEvent", "record", "isDone")).isEqualTo(expected);
  }

  @Test
  void smallCache_isGivenUp_whenTheLimitLeavesNothingElse() {
    long[] small = new long[32];
    for (int i = 0; i < small.length; i++) {
      small[i] = allocate(PAGE / 2, A);
    }
    for (long address : small) {
      free(address, PAGE / 2, A);
    }
    assertThat(pool.use().held()).isEqualTo(16 * PAGE);
    allocate(16 * PAGE, A);
    assertThat(pool.use().held()).isEqualTo(16 * PAGE);
    assertThat(pool.counters().flushes()).isPositive();
  }

  @Test
  void beyondTheLimit_failsWithTheWholeStory_andChangesNothing() {
    long kept = allocate(10 * PAGE - 100, A);
    long freed = allocate(4 * PAGE, A);
    free(freed, 4 * PAGE, A);
    OutOfDeviceMemoryException e =
        catchThrowableOfType(OutOfDeviceMemoryException.class, () -> pool.allocate(7 * PAGE, A));
    MemoryBreakdown b = e.breakdown();
    assertThat(b.asked()).isEqualTo(7 * PAGE);
    assertThat(b.largestFree()).isEqualTo(4 * PAGE);
    assertThat(b.live()).isEqualTo(10 * PAGE - 100);
    assertThat(b.cached()).isEqualTo(4 * PAGE);
    assertThat(b.fragmented()).isEqualTo(100);
    assertThat(b.held()).isEqualTo(14 * PAGE);
    assertThat(b.limit()).isEqualTo(16 * PAGE);
    assertThat(b.deviceFree()).isEqualTo(50 * PAGE);
    assertThat(b.deviceTotal()).isEqualTo(64 * PAGE);
    assertThat(b.source()).isEqualTo(Source.VIRTUAL_MEMORY);
    assertThat(e).hasNoCause();
    assertThat(allocate(6 * PAGE, A)).isPositive();
    free(kept, 10 * PAGE - 100, A);
  }

  @Test
  void othersOnTheDevice_countLikeTheLimit_andAreTheCause() {
    long first = allocate(2 * PAGE, A);
    allocate(2 * PAGE, A);
    long third = allocate(2 * PAGE, A);
    device.total(7 * PAGE); // others have the rest
    assertThatThrownBy(() -> pool.allocate(2 * PAGE, A))
        .isInstanceOf(OutOfDeviceMemoryException.class)
        .hasCauseInstanceOf(CudaException.class);
    assertThat(device.used()).as("what was made is given back").isEqualTo(6 * PAGE);
    free(first, 2 * PAGE, B);
    free(third, 2 * PAGE, A);
    assertThat(allocate(4 * PAGE, A)).isPositive();
    assertThat(device.used())
        .as("after all else, one new page would do")
        .isLessThanOrEqualTo(7 * PAGE);
  }

  @Test
  void sizesAtTheEdges_areServedOrRefused() {
    for (long bytes : new long[] {1, 511, 512, 513, 1 << 20, (1 << 20) + 1, 16 * PAGE}) {
      long address = allocate(bytes, A);
      free(address, bytes, A);
    }
    for (long bytes : new long[] {16 * PAGE + 1, Long.MAX_VALUE - 100, Long.MAX_VALUE}) {
      assertThatThrownBy(() -> pool.allocate(bytes, A))
          .isInstanceOf(OutOfDeviceMemoryException.class);
    }
    for (long bytes : new long[] {0, -1, Long.MIN_VALUE}) {
      assertThatThrownBy(() -> pool.allocate(bytes, A))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThat(pool.use().live()).isZero();
  }

  @Test
  void streamThatRecordsAGraph_isLeftAlone_andServedFromWhatNeedsNoWait() {
    long first = allocate(6 * PAGE, A);
    free(first, 6 * PAGE, A);
    device.streams.capture(A, true);
    allocate(6 * PAGE, B);
    assertThat(pool.counters().crossStreamWaits()).isZero();
    device.streams.capture(A, false);
    device.streams.capture(B, true);
    allocate(4 * PAGE, B);
    assertThatThrownBy(() -> pool.allocate(5 * PAGE, B))
        .isInstanceOf(OutOfDeviceMemoryException.class);
    device.streams.capture(B, false);
    assertThat(allocate(5 * PAGE, B)).isEqualTo(first);
  }

  @Test
  void perThreadStream_isRefused_asItIsNotOneStream() {
    assertThatThrownBy(() -> pool.allocate(100, 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("CU_STREAM_PER_THREAD");
  }

  @Test
  void addressesThatCannotBeReservedInOnePiece_areReservedInASmallerOne() {
    device.failIn(1, 2);
    allocate(PAGE, A);
    assertThat(device.takeLog()).containsExactly("reserve", "reserve", "create", "map", "open");
  }

  @Test
  void limitBelowAPage_isRefusedAtOnce() {
    assertThatThrownBy(() -> pool(PAGE - 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("pages of 2097152 bytes");
  }
}
