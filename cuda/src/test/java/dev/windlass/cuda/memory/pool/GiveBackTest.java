package dev.windlass.cuda.memory.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Memory goes back to the device with age, by hand, and to the reserve. */
class GiveBackTest {
  private static final long PAGE = 2 << 20;
  private static final long A = 16;

  private final FakeDevice device = new FakeDevice(PAGE, 64 * PAGE);

  private MemoryPool pool(PoolSettings settings) {
    device.streams.create(A);
    return MemoryPool.overPages(device, device, settings.withLimit(32 * PAGE));
  }

  private static PoolSettings byHand() {
    return PoolSettings.GROW.withGiveBackAfter(Duration.ZERO);
  }

  private void useAndFree(MemoryPool pool, long bytes) {
    long address = pool.allocate(bytes, A);
    device.allocated(address, bytes, A);
    device.freed(address, bytes, A);
    pool.free(address, bytes, A);
  }

  private static int ticksUntilEmpty(MemoryPool pool, int atMost) {
    for (int ticks = 1; ticks <= atMost; ticks++) {
      pool.tick();
      if (pool.use().held() == 0) {
        return ticks;
      }
    }
    return Integer.MAX_VALUE;
  }

  @Test
  void unusedMemory_goesBack_afterFourToSevenTicks() {
    MemoryPool pool = pool(byHand());
    useAndFree(pool, 5 * PAGE);
    device.streams.runAll();
    assertThat(ticksUntilEmpty(pool, 10)).isBetween(5, 7);
    assertThat(device.used()).isZero();
    assertThat(pool.counters().returnedPages()).isEqualTo(5);
    pool.close();
  }

  @Test
  void memoryThatIsUsedNowAndThen_stays_andTheRestGoes() {
    MemoryPool pool = pool(byHand());
    long large = pool.allocate(10 * PAGE, A);
    device.allocated(large, 10 * PAGE, A);
    device.freed(large, 10 * PAGE, A);
    pool.free(large, 10 * PAGE, A);
    for (int i = 0; i < 20; i++) {
      useAndFree(pool, 3 * PAGE);
      device.streams.runAll();
      pool.tick();
    }
    assertThat(pool.use().held()).isEqualTo(3 * PAGE);
    pool.close();
  }

  @Test
  void memoryWhoseWorkIsNotDone_staysUntilItIs() {
    MemoryPool pool = pool(byHand());
    useAndFree(pool, 5 * PAGE);
    for (int i = 0; i < 20; i++) {
      pool.tick();
    }
    assertThat(pool.trim(0)).isZero();
    assertThat(pool.use().held()).isEqualTo(5 * PAGE);
    device.streams.runAll();
    pool.tick();
    assertThat(pool.use().held()).isZero();
    pool.close();
  }

  @Test
  void trim_givesBackDownToWhatIsToStay() {
    MemoryPool pool = pool(byHand());
    useAndFree(pool, 8 * PAGE);
    pool.trim(8 * PAGE);
    device.streams.runAll();
    assertThat(pool.trim(5 * PAGE + 1)).isEqualTo(2 * PAGE);
    assertThat(pool.use().held()).isEqualTo(6 * PAGE);
    assertThat(pool.trim(-1)).isEqualTo(6 * PAGE);
    pool.close();
  }

  @Test
  void reserve_isTakenAtTheStart_servesWithoutTheDriver_andStays() {
    MemoryPool pool = pool(byHand().withReserve(0.25));
    assertThat(device.used()).isEqualTo(8 * PAGE);
    int before = device.callCount();
    useAndFree(pool, 8 * PAGE);
    assertThat(device.callCount()).isEqualTo(before);
    device.streams.runAll();
    for (int i = 0; i < 20; i++) {
      pool.tick();
    }
    assertThat(device.used()).isEqualTo(8 * PAGE);
    assertThat(pool.trim(0)).as("by hand it goes").isEqualTo(8 * PAGE);
    pool.close();
  }

  @Test
  void idlePool_makesNoCallsOfTheDriver() {
    MemoryPool pool = pool(byHand().withReserve(0.5));
    useAndFree(pool, PAGE);
    device.streams.runAll();
    for (int i = 0; i < 10; i++) {
      pool.tick();
    }
    int before = device.callCount();
    pool.tick();
    pool.use();
    pool.map();
    assertThat(device.callCount()).isEqualTo(before);
    pool.close();
  }

  @Test
  void poolsOwnThread_ticks_andEndsWithThePool() {
    MemoryPool pool = pool(PoolSettings.GROW.withGiveBackAfter(Duration.ofMillis(20)));
    useAndFree(pool, 5 * PAGE);
    device.streams.runAll();
    Awaitility.await().atMost(30, TimeUnit.SECONDS).until(() -> pool.use().held() == 0);
    pool.close();
    assertThat(Thread.getAllStackTraces().keySet())
        .noneMatch(thread -> thread.getName().equals("windlass-memory-pool"));
  }

  @Test
  void map_showsWhatEveryAddressIsUsedFor() {
    MemoryPool pool = pool(byHand());
    long live = pool.allocate(PAGE, A);
    long cached = pool.allocate(PAGE, A);
    pool.allocate(PAGE, A);
    pool.free(cached, PAGE, A);
    assertThat(pool.map().subList(0, 3))
        .extracting(PoolRange::state)
        .containsExactly(PoolRange.State.LIVE, PoolRange.State.CACHED, PoolRange.State.LIVE);
    assertThat(pool.map().get(0)).isEqualTo(new PoolRange(live, PAGE, PoolRange.State.LIVE, 0));
    pool.trim(64 * PAGE);
    assertThat(pool.map().get(1))
        .isIn(
            new PoolRange(cached, PAGE, PoolRange.State.PENDING, A),
            new PoolRange(cached, PAGE, PoolRange.State.IDLE, 0));
    assertThat(pool.map().get(3).state()).isEqualTo(PoolRange.State.UNMAPPED);
    assertThat(pool.largestFree()).isEqualTo(PAGE);
    assertThat(pool.fragmentation()).isZero();
    device.closing();
    pool.close();
  }
}
