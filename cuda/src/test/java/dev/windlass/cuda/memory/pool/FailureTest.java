package dev.windlass.cuda.memory.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.windlass.cuda.driver.CudaException;
import dev.windlass.cuda.memory.OutOfDeviceMemoryException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls of the driver that fail, each one in turn, and closing with what is left. */
class FailureTest {
  private static final long PAGE = 2 << 20;
  private static final PoolSettings SETTINGS =
      PoolSettings.GROW.withLimit(12 * PAGE).withGiveBackAfter(Duration.ZERO);
  private static final PoolSettings MORE = SETTINGS.withLimit(40 * PAGE);

  private static final class Failing {
    final FakeDevice device = new FakeDevice(PAGE, 48 * PAGE);
    final MemoryPool pool;
    final long[] addresses = new long[8];
    final long[] sizes = new long[8];
    final long[] streams = new long[8];
    int failures;

    Failing(boolean paged) {
      device.streams.create(16);
      device.streams.create(32);
      pool =
          paged
              ? MemoryPool.overPages(device, device, SETTINGS)
              : MemoryPool.overSegments(device.segments(), device, MORE);
    }

    /** As a program does that goes on after a failure. */
    void allocate(int which, long bytes, long stream) {
      for (int attempt = 0; addresses[which] == 0 && attempt < 2; attempt++) {
        try {
          addresses[which] = pool.allocate(bytes, stream);
          sizes[which] = bytes;
          streams[which] = stream;
          device.allocated(addresses[which], Sizes.round(bytes), stream);
        } catch (CudaException | OutOfDeviceMemoryException e) {
          failures++;
        }
      }
    }

    void free(int which) {
      if (addresses[which] != 0) {
        device.freed(addresses[which], Sizes.round(sizes[which]), streams[which]);
        pool.free(addresses[which], sizes[which], streams[which]);
        addresses[which] = 0;
      }
    }

    void attempt(Runnable call) {
      try {
        call.run();
      } catch (CudaException e) {
        failures++;
      }
    }

    /** Grows, moves pages, waits, gives back, ends a stream. */
    void run() {
      allocate(0, 2 * PAGE, 16);
      allocate(1, 2 * PAGE + 1, 16);
      allocate(2, 2 * PAGE, 16);
      allocate(3, 700_000, 32);
      free(0);
      free(2);
      allocate(4, 4 * PAGE, 16);
      free(3);
      allocate(5, 600_000, 16);
      free(4);
      attempt(pool::tick);
      device.streams.runAll();
      attempt(pool::tick);
      allocate(6, 3 * PAGE + 5, 32);
      free(6);
      attempt(() -> pool.forget(32));
      device.streams.destroy(32);
      device.streams.create(32);
      allocate(7, 5 * PAGE, 32);
      attempt(() -> pool.trim(0));
    }
  }

  @ParameterizedTest
  @CsvSource({"true, 2", "true, 719", "false, 2", "false, 719"})
  void anyCall_thatFails_leavesThePoolUsable_andNothingBehind(boolean paged, int code) {
    Failing counting = new Failing(paged);
    int before = counting.device.callCount();
    counting.run();
    int calls = counting.device.callCount() - before;
    assertThat(counting.failures).isZero();
    assertThat(calls).isGreaterThan(10);
    for (int nth = 1; nth <= calls; nth++) {
      Failing run = new Failing(paged);
      run.device.failIn(nth, code);
      run.run();
      assertThat(run.addresses[7])
          .as("the last allocation, after call %s failed", nth)
          .isPositive();
      for (int i = 0; i < 8; i++) {
        run.free(i);
      }
      assertThat(run.pool.use().live()).isZero();
      assertThat(run.device.mostUsed()).isLessThanOrEqualTo((paged ? SETTINGS : MORE).limit());
      run.pool.close();
      assertThat(run.device.hasNothing()).as("call %s: %s", nth, run.device.rest()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void close_withLiveMemory_givesAllBack_andWhatFailsTheNextTime(boolean paged) {
    for (int nth = 1; ; nth++) {
      Failing run = new Failing(paged);
      run.run();
      run.device.closing();
      run.device.failIn(nth, 719);
      try {
        run.pool.close();
      } catch (CudaException e) {
        run.failures++;
      }
      boolean failed = run.device.hasFailed();
      assertThat(run.failures > 0).isEqualTo(failed);
      run.device.failIn(0, 0);
      run.pool.close();
      assertThat(run.device.hasNothing()).as("call %s: %s", nth, run.device.rest()).isTrue();
      assertThat(run.pool.use().held()).isZero();
      if (!failed) {
        assertThat(nth).isGreaterThan(3);
        return;
      }
    }
  }

  @Test
  void closedPool_refusesRequests_andTakesFrees() {
    Failing run = new Failing(true);
    run.allocate(0, 100, 16);
    run.device.closing();
    run.pool.close();
    assertThatThrownBy(() -> run.pool.allocate(100, 16))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("The memory pool is closed");
    run.pool.free(run.addresses[0], 100, 16);
    run.pool.forget(16);
    assertThat(run.pool.trim(0)).isZero();
    assertThat(run.pool.map()).isEmpty();
    run.pool.close();
  }

  @Test
  void reserve_thatTheDeviceRefuses_isAnException_andLeavesNothing() {
    FakeDevice device = new FakeDevice(PAGE, 16 * PAGE);
    device.failIn(5, 2);
    assertThatThrownBy(() -> MemoryPool.overPages(device, device, SETTINGS.withReserve(1)))
        .isInstanceOf(OutOfDeviceMemoryException.class)
        .hasCauseInstanceOf(CudaException.class);
    assertThat(device.hasNothing()).as(device.rest()).isTrue();
  }

  @Test
  void free_ofWhatIsNotOfThePool_isFound() {
    Failing run = new Failing(true);
    run.allocate(0, 3 * PAGE, 16);
    long wrong = run.addresses[0] + 512;
    for (int i = 0; i < 8; i++) {
      run.pool.free(wrong, 3 * PAGE, 16); // believed: a magazine looks nothing up
    }
    assertThatThrownBy(() -> run.pool.free(wrong, 3 * PAGE, 16))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not of this pool");
    run.pool.trim(0);
    assertThat(run.pool.counters().wrongFrees()).isEqualTo(9);
    run.free(0);
    run.pool.close();
  }
}
