package dev.windlass.cuda.kit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.windlass.cuda.driver.CudaError;
import java.lang.Thread.UncaughtExceptionHandler;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Streams and events. */
public abstract class StreamKit extends DriverKit {
  /** Makes the device slow, so that work is still under way when the host looks; if it can. */
  protected void slowDown() {}

  @Test
  void waitingForAnEvent_ordersTwoStreams() {
    slowDown();
    long a = driver.createStream();
    long b = driver.createStream();
    long event = driver.createEvent(false);
    long memory = driver.allocate(4);
    ByteBuffer host = driver.allocateHost(4);
    for (int i = 1; i <= 5; i++) {
      driver.fillIntsAsync(memory, i, 1, a);
    }
    driver.recordEvent(event, a);
    driver.streamWaitEvent(b, event);
    driver.copyToHostAsync(host, memory, b);
    driver.synchronizeStream(b);
    assertThat(host.getInt(0)).isEqualTo(5);
    assertThat(driver.isEventDone(event)).isTrue();
    driver.synchronizeStream(a);
    assertThat(driver.isStreamDone(a)).isTrue();
    driver.freeHost(host);
    driver.free(memory);
    driver.destroyEvent(event);
    driver.destroyStream(a);
    driver.destroyStream(b);
  }

  @Test
  void event_standsForWhatWasThere_whenItWasRecorded() {
    slowDown();
    long stream = driver.createStream();
    long event = driver.createEvent(false);
    assertThat(driver.isEventDone(event)).isTrue();
    long memory = driver.allocate(4);
    driver.fillIntsAsync(memory, 1, 1, stream);
    driver.recordEvent(event, stream);
    driver.synchronizeEvent(event);
    assertThat(driver.isEventDone(event)).isTrue();
    driver.synchronizeStream(stream);
    driver.free(memory);
    driver.destroyEvent(event);
    driver.destroyStream(stream);
  }

  @Test
  void priority_isKept_andBroughtIntoTheRange() {
    int[] range = new int[2];
    driver.streamPriorityRange(range);
    assertThat(range[1]).isLessThanOrEqualTo(range[0]);
    long first = driver.createStream(range[1]);
    long beyond = driver.createStream(range[1] - 1);
    long plain = driver.createStream();
    assertThat(driver.streamPriority(first)).isEqualTo(range[1]);
    assertThat(driver.streamPriority(beyond)).isEqualTo(range[1]);
    assertThat(driver.streamPriority(plain)).isZero();
    for (long stream : new long[] {first, beyond, plain}) {
      driver.destroyStream(stream);
    }
  }

  @Test
  void event_thatLetsItsWaiterSleep_worksAsAnyOther() {
    slowDown();
    long stream = driver.createStream();
    long event = driver.createEvent(false, true);
    ByteBuffer host = driver.allocateHost(4).putInt(0, 8);
    long memory = driver.allocate(4);
    driver.copyToDeviceAsync(memory, host, stream);
    driver.recordEvent(event, stream);
    driver.synchronizeEvent(event);
    assertThat(read(memory, 1)).containsExactly(8);
    driver.free(memory);
    driver.freeHost(host);
    driver.destroyEvent(event);
    driver.destroyStream(stream);
  }

  @Test
  void contextSynchronisation_waitsForAllStreams() {
    slowDown();
    long a = driver.createStream();
    long b = driver.createStream();
    long memory = driver.allocate(8);
    driver.fillIntsAsync(memory, 1, 1, a);
    driver.fillIntsAsync(memory + 4, 2, 1, b);
    driver.synchronizeContext();
    assertThat(driver.isStreamDone(a)).isTrue();
    assertThat(driver.isStreamDone(b)).isTrue();
    assertThat(read(memory, 2)).containsExactly(1, 2);
    driver.free(memory);
    driver.destroyStream(a);
    driver.destroyStream(b);
  }

  @Test
  void elapsedTime_isBetweenTwoEventsWithTiming() {
    slowDown();
    long stream = driver.createStream();
    long from = driver.createEvent(true);
    long to = driver.createEvent(true);
    long memory = driver.allocate(1 << 20);
    driver.recordEvent(from, stream);
    driver.fillBytesAsync(memory, (byte) 1, 1 << 20, stream);
    driver.recordEvent(to, stream);
    driver.synchronizeEvent(to);
    assertThat(driver.elapsedMillis(from, to)).isPositive();
    assertThat(driver.elapsedMillis(to, from)).isNegative();
    long untimed = driver.createEvent(false);
    driver.recordEvent(untimed, stream);
    driver.synchronizeEvent(untimed);
    assertFails(CudaError.INVALID_HANDLE, () -> driver.elapsedMillis(from, untimed));
    driver.free(memory);
    for (long event : new long[] {from, to, untimed}) {
      driver.destroyEvent(event);
    }
    driver.destroyStream(stream);
  }

  @Test
  void hostFunction_hasItsTurnOnTheStream_andHoldsUpLaterWork() throws InterruptedException {
    long stream = driver.createStream();
    long memory = driver.allocate(4);
    ByteBuffer host = driver.allocateHost(4);
    CountDownLatch go = new CountDownLatch(1);
    CountDownLatch there = new CountDownLatch(1);
    AtomicInteger seen = new AtomicInteger();
    driver.fillIntsAsync(memory, 5, 1, stream);
    driver.copyToHostAsync(host, memory, stream);
    driver.launchHostFunction(
        stream,
        () -> {
          seen.set(host.getInt(0));
          there.countDown();
          awaitQuietly(go);
        });
    driver.fillIntsAsync(memory, 6, 1, stream);
    driver.copyToHostAsync(host, memory, stream);
    there.await();
    assertThat(driver.isStreamDone(stream)).isFalse();
    assertThat(host.getInt(0)).isEqualTo(5);
    go.countDown();
    driver.synchronizeStream(stream);
    assertThat(seen).hasValue(5);
    assertThat(host.getInt(0)).isEqualTo(6);
    driver.freeHost(host);
    driver.free(memory);
    driver.destroyStream(stream);
  }

  @Test
  void hostFunction_thatThrows_isReported_andTheStreamGoesOn() {
    long stream = driver.createStream();
    List<Throwable> thrown = new CopyOnWriteArrayList<>();
    UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
    Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> thrown.add(failure));
    AtomicBoolean later = new AtomicBoolean();
    try {
      driver.launchHostFunction(
          stream,
          () -> {
            throw new IllegalStateException("on purpose");
          });
      driver.launchHostFunction(stream, () -> later.set(true));
      driver.synchronizeStream(stream);
    } finally {
      Thread.setDefaultUncaughtExceptionHandler(before);
    }
    assertThat(later).isTrue();
    assertThat(thrown).singleElement().isInstanceOf(IllegalStateException.class);
    driver.destroyStream(stream);
  }

  @Test
  void hostFunction_onTheNullStream_leavesTheCallerFree() {
    CountDownLatch go = new CountDownLatch(1);
    driver.launchHostFunction(0, () -> awaitQuietly(go));
    assertThat(driver.isStreamDone(0)).isFalse();
    go.countDown();
    driver.synchronizeStream(0);
    assertThat(driver.isStreamDone(0)).isTrue();
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
