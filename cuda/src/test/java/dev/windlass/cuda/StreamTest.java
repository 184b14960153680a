package dev.windlass.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.windlass.cuda.fake.FakeCuda;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Streams, events, and stages that are completed by them. */
class StreamTest extends GpuCase {
  @Test
  void event_isDone_whenWhatCameBeforeItIs() {
    FakeCuda.delay(20_000);
    try (Stream stream = gpu.newStream();
        IntMemory x = gpu.ints(10)) {
      x.fill(1, stream);
      try (Event event = stream.record()) {
        assertThat(event.isDone()).isFalse();
        assertThat(stream.isDone()).isFalse();
        event.synchronize();
        assertThat(event.isDone()).isTrue();
        stream.synchronize();
        assertThat(stream.isDone()).isTrue();
      }
    }
  }

  @Test
  void elapsedTime_isThatOfTheDevice() {
    FakeCuda.delay(1000);
    try (Stream stream = gpu.newStream();
        IntMemory x = gpu.ints(10);
        Event start = stream.record()) {
      x.fill(1, stream);
      try (Event end = stream.record()) {
        assertThat(end.elapsedSince(start)).isGreaterThanOrEqualTo(Duration.ofMillis(1));
        assertThat(start.elapsedSince(end)).isNegative();
      }
    }
  }

  @Test
  void waitingByHand_ordersStreams_alsoOfOtherDevices() {
    FakeCuda.delay(500);
    try (DeviceContext manual = cuda.device(0).context(MemoryGrowth.grow(), Ordering.MANUAL);
        DeviceContext second = cuda.device(1).context(MemoryGrowth.grow());
        Stream a = manual.newStream();
        Stream b = manual.newStream();
        Stream there = second.newStream();
        IntMemory x = manual.ints(10);
        HostMemory host = manual.hostMemory(40)) {
      for (int i = 0; i < 5; i++) {
        x.fill(i, a);
      }
      b.waitFor(a);
      x.copyTo(host, b);
      there.waitFor(b);
      there.synchronize();
      assertThat(host.buffer().getInt(36)).isEqualTo(4);
      try (Event event = a.record()) {
        b.waitFor(event);
        there.waitFor(event);
      }
      there.synchronize();
    }
  }

  @Test
  void closedEvent_isRefused() {
    try (Stream stream = gpu.newStream()) {
      Event event = stream.record();
      event.close();
      event.close();
      assertInvalid(event::isDone, "using an event: the event is closed");
      assertInvalid(event::synchronize, "event is closed");
      assertInvalid(() -> stream.waitFor(event), "event is closed");
    }
  }

  @Test
  void onDone_isCompletedAfterTheWork_onAThreadThatMayUseTheDevice() throws Exception {
    FakeCuda.delay(2000);
    try (Stream stream = gpu.newStream();
        IntMemory x = gpu.ints(10)) {
      x.fill(4, stream);
      AtomicInteger seen = new AtomicInteger();
      CompletableFuture<Void> done =
          stream.onDone().thenRun(() -> seen.set(x.toArray()[9])).toCompletableFuture();
      done.get(10, TimeUnit.SECONDS);
      assertThat(seen).hasValue(4);
    }
  }

  @Test
  void onDone_failsWhenTheContextIsLost_thoughNobodyAsks() {
    Stream stream = gpu.newStream();
    IntMemory x = gpu.ints(10);
    FakeCuda.delay(50_000);
    FaultTest.failingLaunch(gpu, stream, x);
    CompletableFuture<Void> done = stream.onDone().toCompletableFuture();
    assertThatThrownBy(() -> done.get(10, TimeUnit.SECONDS))
        .hasMessageContaining("CUDA_ERROR_ILLEGAL_ADDRESS");
    assertThat(gpu.healthy()).isFalse();
  }

  @Test
  void streamsThatCome_andGo_leaveNothing_andNumbersAreUsedAgain() {
    FakeCuda.delay(50);
    try (IntMemory x = gpu.ints(10)) {
      for (int i = 0; i < 200; i++) {
        try (Stream stream = gpu.newStream()) {
          x.fill(i, stream);
        }
      }
      assertThat(x.toArray()).containsOnly(199);
      gpu.synchronize();
      gpu.newStream().close();
      gpu.newStream().close();
      assertThat(FakeCuda.live(FakeCuda.Kind.STREAM)).isEqualTo(1);
    }
  }
}
