package dev.windlass.cuda.kit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.windlass.cuda.driver.CaptureMode;
import dev.windlass.cuda.driver.CaptureStatus;
import dev.windlass.cuda.driver.CudaError;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Capture, graphs and their launch. */
public abstract class GraphKit extends DriverKit {
  private long a;
  private long b;
  private long event;
  private long memory;
  private final List<Long> graphs = new ArrayList<>();

  @BeforeEach
  void prepare() {
    a = driver.createStream();
    b = driver.createStream();
    event = driver.createEvent(false);
    memory = driver.allocate(16);
    driver.copyToDevice(memory, ints(1, 2, 3, 4));
  }

  @AfterEach
  void giveBack() {
    driver.destroyStream(a);
    driver.destroyStream(b);
    driver.destroyEvent(event);
    driver.free(memory);
  }

  @Test
  void capturedWork_doesNotRun_untilItsGraphIsLaunched_eachTime() {
    AtomicInteger runs = new AtomicInteger();
    assertThat(driver.captureStatus(a)).isEqualTo(CaptureStatus.NONE);
    driver.beginCapture(a, CaptureMode.THREAD_LOCAL);
    assertThat(driver.captureStatus(a)).isEqualTo(CaptureStatus.ACTIVE);
    driver.copyOnDeviceAsync(memory + 4, memory, 4, a);
    driver.fillIntsAsync(memory, 9, 1, a);
    driver.launchHostFunction(a, runs::incrementAndGet);
    long graph = driver.endCapture(a);
    assertThat(driver.captureStatus(a)).isEqualTo(CaptureStatus.NONE);
    assertThat(driver.graphNodes(graph)).isEqualTo(3);
    driver.synchronizeStream(a);
    assertThat(read(memory, 4)).containsExactly(1, 2, 3, 4);
    assertThat(runs).hasValue(0);

    long executable = driver.instantiate(graph);
    driver.destroyGraph(graph);
    driver.launchGraph(executable, a);
    driver.synchronizeStream(a);
    assertThat(read(memory, 4)).containsExactly(9, 1, 3, 4);
    driver.launchGraph(executable, b);
    driver.launchGraph(executable, b);
    driver.synchronizeStream(b);
    assertThat(read(memory, 4)).containsExactly(9, 9, 3, 4);
    assertThat(runs).hasValue(3);
    driver.destroyExecutable(executable);
  }

  @Test
  void streamThatWaitsForACapturedEvent_isDrawnIn_andJoinedAgain() {
    driver.beginCapture(a, CaptureMode.GLOBAL);
    driver.fillIntsAsync(memory, 7, 1, a);
    driver.recordEvent(event, a);
    driver.streamWaitEvent(b, event);
    assertThat(driver.captureStatus(b)).isEqualTo(CaptureStatus.ACTIVE);
    driver.copyOnDeviceAsync(memory + 8, memory, 4, b);
    driver.recordEvent(event, b);
    driver.streamWaitEvent(a, event);
    driver.fillIntsAsync(memory, 8, 1, a);
    long graph = driver.endCapture(a);
    assertThat(driver.captureStatus(b)).isEqualTo(CaptureStatus.NONE);
    assertThat(driver.graphNodes(graph)).isEqualTo(3);
    long executable = driver.instantiate(graph);
    driver.launchGraph(executable, b);
    driver.synchronizeStream(b);
    assertThat(read(memory, 4)).containsExactly(8, 2, 7, 4);
    driver.destroyExecutable(executable);
    driver.destroyGraph(graph);
  }

  @Test
  void streamThatIsNotJoinedAgain_isAnError_andTheCaptureIsOver() {
    driver.beginCapture(a, CaptureMode.THREAD_LOCAL);
    driver.fillIntsAsync(memory, 7, 1, a);
    driver.recordEvent(event, a);
    driver.streamWaitEvent(b, event);
    driver.fillIntsAsync(memory, 8, 1, b);
    assertFails(CudaError.STREAM_CAPTURE_UNJOINED, () -> driver.endCapture(a));
    assertThat(driver.captureStatus(a)).isEqualTo(CaptureStatus.NONE);
    assertThat(driver.captureStatus(b)).isEqualTo(CaptureStatus.NONE);
    driver.synchronizeStream(a);
    assertThat(read(memory, 1)).containsExactly(1);
  }

  @Test
  void waitingForACapturedStream_isRefused_andSpoilsTheCapture() {
    driver.beginCapture(a, CaptureMode.THREAD_LOCAL);
    assertFails(CudaError.STREAM_CAPTURE_UNSUPPORTED, () -> driver.synchronizeStream(a));
    assertThat(driver.captureStatus(a)).isEqualTo(CaptureStatus.INVALIDATED);
    assertFails(CudaError.STREAM_CAPTURE_INVALIDATED, () -> driver.fillIntsAsync(memory, 7, 1, a));
    assertFails(CudaError.STREAM_CAPTURE_INVALIDATED, () -> driver.endCapture(a));
    assertThat(driver.captureStatus(a)).isEqualTo(CaptureStatus.NONE);
  }

  @Test
  void waitForWorkOutsideTheCapture_isRefused() {
    driver.fillIntsAsync(memory, 7, 1, b);
    driver.recordEvent(event, b);
    driver.beginCapture(a, CaptureMode.THREAD_LOCAL);
    assertFails(CudaError.STREAM_CAPTURE_ISOLATION, () -> driver.streamWaitEvent(a, event));
    assertFails(CudaError.STREAM_CAPTURE_INVALIDATED, () -> driver.endCapture(a));
    driver.synchronizeStream(b);
  }

  @Test
  void captures_cannotBeMixed() {
    driver.beginCapture(a, CaptureMode.THREAD_LOCAL);
    driver.fillIntsAsync(memory, 7, 1, a);
    driver.recordEvent(event, a);
    driver.beginCapture(b, CaptureMode.THREAD_LOCAL);
    assertFails(CudaError.STREAM_CAPTURE_MERGE, () -> driver.streamWaitEvent(b, event));
    assertFails(CudaError.STREAM_CAPTURE_INVALIDATED, () -> driver.endCapture(b));
    assertThat(driver.captureStatus(b)).isEqualTo(CaptureStatus.NONE);
    driver.destroyStream(a); // whether its capture is spoilt as well, or not
    a = driver.createStream();
  }

  @Test
  void capture_beginsAndEndsWhereItMay() {
    assertFails(
        CudaError.STREAM_CAPTURE_UNSUPPORTED, () -> driver.beginCapture(0, CaptureMode.RELAXED));
    assertFails(CudaError.ILLEGAL_STATE, () -> driver.endCapture(a));
    driver.beginCapture(a, CaptureMode.THREAD_LOCAL);
    assertFails(CudaError.ILLEGAL_STATE, () -> driver.beginCapture(a, CaptureMode.THREAD_LOCAL));
    driver.destroyGraph(driver.endCapture(a));
  }

  @Test
  void capture_endsOnItsThread_exceptInRelaxedMode() throws InterruptedException {
    for (CaptureMode mode : CaptureMode.values()) {
      driver.beginCapture(a, mode);
      long[] graph = {0};
      AtomicInteger failures = new AtomicInteger();
      Thread other =
          new Thread(
              () -> {
                driver.setCurrentContext(context);
                if (mode == CaptureMode.RELAXED) {
                  graph[0] = driver.endCapture(a);
                } else {
                  assertFails(CudaError.STREAM_CAPTURE_WRONG_THREAD, () -> driver.endCapture(a));
                }
              });
      other.setUncaughtExceptionHandler((thread, failure) -> failures.incrementAndGet());
      other.start();
      other.join();
      assertThat(failures).as("%s", mode).hasValue(0);
      driver.destroyGraph(mode == CaptureMode.RELAXED ? graph[0] : driver.endCapture(a));
    }
  }

  @Test
  void allocation_duringACapture_isForbiddenByItsMode() {
    driver.beginCapture(a, CaptureMode.RELAXED);
    driver.free(driver.allocate(64));
    driver.destroyGraph(driver.endCapture(a));

    driver.beginCapture(a, CaptureMode.THREAD_LOCAL);
    assertFails(CudaError.STREAM_CAPTURE_UNSUPPORTED, () -> driver.allocate(64));
    assertFails(CudaError.STREAM_CAPTURE_INVALIDATED, () -> driver.endCapture(a));
  }

  @Test
  void eventOfACapture_isNoneOutsideIt() {
    driver.beginCapture(a, CaptureMode.THREAD_LOCAL);
    driver.fillIntsAsync(memory, 7, 1, a);
    driver.recordEvent(event, a);
    driver.destroyGraph(driver.endCapture(a));
    assertFails(CudaError.CAPTURED_EVENT, () -> driver.isEventDone(event));
    driver.recordEvent(event, a);
    driver.synchronizeEvent(event);
    assertThat(driver.isEventDone(event)).isTrue();
  }

  @Test
  void update_takesOverParameters_ofAGraphOfTheSameShapeOnly() {
    long executable = driver.instantiate(fills(5));
    driver.launchGraph(executable, a);
    driver.synchronizeStream(a);
    assertThat(read(memory, 4)).containsExactly(5, 2, 3, 4);
    assertThat(driver.updateExecutable(executable, fills(6))).isTrue();
    assertThat(driver.updateExecutable(executable, fills(7, 7))).isFalse();
    driver.launchGraph(executable, a);
    driver.synchronizeStream(a);
    assertThat(read(memory, 4)).containsExactly(6, 2, 3, 4);
    driver.destroyExecutable(executable);
    graphs.forEach(driver::destroyGraph);
  }

  private long fills(int... values) {
    driver.beginCapture(b, CaptureMode.THREAD_LOCAL);
    for (int i = 0; i < values.length; i++) {
      driver.fillIntsAsync(memory + 4L * i, values[i], 1, b);
    }
    graphs.add(driver.endCapture(b));
    return graphs.get(graphs.size() - 1);
  }
}
