package dev.windlass.cuda.memory.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.windlass.cuda.memory.OutOfDeviceMemoryException;
import java.time.Duration;
import java.util.Collections;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How large chunks are, and that they move as a whole. */
class ChunksTest {
  private static final long PAGE = 2 << 20;
  private static final long A = 0x10;
  private static final long B = 0x20;

  private final FakeDevice device = new FakeDevice(PAGE, 320 * PAGE).logged();
  private MemoryPool pool = pool(64 * PAGE, 1);

  private MemoryPool pool(long limit, int chunksPerPool) {
    PoolSettings settings = PoolSettings.GROW.withLimit(limit).withGiveBackAfter(Duration.ZERO);
    if (device.callCount() == 0) {
      device.streams.create(A);
      device.streams.create(B);
    }
    return MemoryPool.overPages(device, device, settings, chunksPerPool);
  }

  @AfterEach
  void close() {
    device.closing();
    pool.close();
    assertThat(device.hasNothing()).as(device.rest()).isTrue();
  }

  private long allocate(long pages, long stream) {
    long address = pool.allocate(pages * PAGE, stream);
    device.allocated(address, pages * PAGE, stream);
    return address;
  }

  private void free(long address, long pages, long stream) {
    device.freed(address, pages * PAGE, stream);
    pool.free(address, pages * PAGE, stream);
  }

  /** How many chunks were made since the last time. */
  private int made() {
    return Collections.frequency(device.takeLog(), "create");
  }

  @Test
  void chunks_areAQuarterOfTheRequest_atMost16Pages() {
    allocate(3, A);
    assertThat(made()).isEqualTo(3);
    allocate(8, A);
    assertThat(made()).as("of 2 pages").isEqualTo(4);
    allocate(19, A);
    assertThat(made()).as("4 of 4 pages, 2, 1").isEqualTo(6);
  }

  @Test
  void chunks_areAtMost16Pages_howeverLargeTheRequest() {
    pool = pool(300 * PAGE, 1);
    allocate(256, A);
    assertThat(made()).isEqualTo(16);
    assertThat(device.largestMade()).isEqualTo(16 * PAGE);
  }

  @Test
  void chunks_areAtMostA1024thOfThePool() {
    long page = 64 << 10;
    FakeDevice large = new FakeDevice(page, 2300 * page).logged();
    large.streams.create(A);
    PoolSettings settings = PoolSettings.GROW.withGiveBackAfter(Duration.ZERO);
    MemoryPool grown = MemoryPool.overPages(large, large, settings);
    grown.allocate(2000 * page, A);
    assertThat(Collections.frequency(large.takeLog(), "create")).isEqualTo(2000);
    grown.allocate(100 * page, A);
    assertThat(Collections.frequency(large.takeLog(), "create")).as("of 2 pages").isEqualTo(50);
    grown.close();
    assertThat(large.hasNothing()).as(large.rest()).isTrue();
  }

  @Test
  void chunksThatFit_move_theRestIsNew() {
    pool = pool(72 * PAGE, 1);
    long first = allocate(16, A);
    allocate(1, A);
    long second = allocate(16, A);
    allocate(1, A);
    free(first, 16, A);
    free(second, 16, A);
    device.takeLog();
    allocate(34, A);
    assertThat(made()).as("one of 2 pages").isEqualTo(1);
    assertThat(pool.counters().movedPages()).isEqualTo(32);
    assertThat(pool.use().held()).isEqualTo(36 * PAGE);
  }

  @Test
  void chunkOfWhichAPartIsLive_stays() {
    pool = pool(36 * PAGE, 1);
    long first = allocate(16, A);
    allocate(16, A);
    free(first, 16, A);
    long part = allocate(1, A); // in a chunk of 4 pages
    assertThatThrownBy(() -> pool.allocate(17 * PAGE, A))
        .isInstanceOf(OutOfDeviceMemoryException.class);
    assertThat(allocate(16, A)).isNotEqualTo(part);
    assertThat(pool.use().held()).isEqualTo(36 * PAGE);
    assertThat(pool.use().fragmented()).as("the other 3 pages").isEqualTo(3 * PAGE);
  }

  @Test
  void chunkLargerThanWhatLacks_isTaken_whenTheLimitIsReached() {
    pool = pool(40 * PAGE, 1);
    long first = allocate(16, A);
    allocate(4, A);
    long second = allocate(16, A);
    allocate(4, A);
    free(first, 16, A);
    free(second, 16, A);
    allocate(29, A);
    assertThat(pool.counters().movedPages()).isEqualTo(32);
    assertThat(pool.use().held()).isEqualTo(40 * PAGE);
    device.takeLog();
    allocate(3, A);
    assertThat(device.takeLog()).as("what was too much is free where it is now").isEmpty();
  }

  @Test
  void chunkThatIsFreeInPartsOfTwoStreams_isMoved_onceOneHasWaitedForTheOther() {
    pool = pool(24 * PAGE, 1);
    long first = allocate(16, A);
    allocate(1, A);
    free(first, 16, A);
    long one = allocate(9, A);
    long other = allocate(7, B);
    free(one, 9, A);
    free(other, 7, B);
    allocate(23, A);
    assertThat(pool.use().held()).isEqualTo(24 * PAGE);
  }

  @Test
  void trim_givesWholeChunksBack_andNoneTooMuch() {
    long first = allocate(16, A);
    free(first, 16, A);
    device.streams.runAll();
    assertThat(pool.trim(9 * PAGE)).isEqualTo(4 * PAGE);
    assertThat(device.used()).isEqualTo(12 * PAGE);
    assertThat(pool.trim(0)).isEqualTo(12 * PAGE);
  }
}
