package dev.windlass.cuda.kit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.windlass.cuda.driver.CudaError;
import java.nio.ByteBuffer;
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
}
