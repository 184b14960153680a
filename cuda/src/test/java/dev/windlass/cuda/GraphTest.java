package dev.windlass.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.windlass.cuda.fake.FakeCuda;
import org.junit.jupiter.api.Test;

/** Capture, launch and update of graphs. */
class GraphTest extends GpuCase {
  @Test
  void capturedWork_runsAtEachLaunch_inTheOrderOfItsMemory() {
    try (Stream a = gpu.newStream();
        Stream b = gpu.newStream();
        IntMemory x = gpu.ints(100);
        IntMemory y = gpu.ints(100);
        Graph graph =
            a.capture(
                () -> {
                  y.copyFrom(x, a);
                  x.fill(7, a);
                });
        ExecutableGraph work = graph.instantiate()) {
      assertThat(graph.nodes()).isEqualTo(2);
      FakeCuda.delay(300);
      for (int i = 0; i < 5; i++) {
        x.fill(i, b);
        work.launch(a);
        int[] back = new int[100];
        y.copyTo(back, b);
        assertThat(back).containsOnly(i);
        x.copyTo(back, b);
        assertThat(back).containsOnly(7);
      }
    }
  }

  @Test
  void update_takesOverTheOtherWork_ifItHasTheSameShape() {
    IntMemory x = gpu.ints(10);
    IntMemory y = gpu.ints(10);
    try (Stream stream = gpu.newStream();
        Graph first = stream.capture(() -> x.fill(1, stream));
        Graph second = stream.capture(() -> y.fill(2, stream));
        Graph other = stream.capture(() -> x.copyFrom(y, stream));
        ExecutableGraph work = first.instantiate()) {
      x.fill(0);
      y.fill(0);
      assertThat(work.update(other)).isFalse();
      assertThat(work.update(second)).isTrue();
      work.launch(stream);
      assertThat(x.toArray()).containsOnly(0);
      assertThat(y.toArray()).containsOnly(2);
      x.close();
      work.launch(stream);
      y.close();
      assertInvalid(() -> work.launch(stream), "memory or code that its work uses is closed");
    }
  }

  @Test
  void whatAGraphCannotHave_isRefused_andTheStreamCanBeUsedOn() {
    try (Stream a = gpu.newStream();
        Stream b = gpu.newStream();
        IntMemory x = gpu.ints(10);
        Event event = b.record()) {
      x.fill(1, b);
      for (Runnable action :
          new Runnable[] {
            () -> x.copyFrom(new int[10], a),
            () -> x.copyTo(new int[10], a),
            a::record,
            a::synchronize,
            a::isDone,
            a::onDone,
            a::close,
            gpu::synchronize,
            () -> a.waitFor(event),
            () -> a.waitFor(b),
            () -> b.waitFor(a),
            () -> gpu.ints(10, a),
            () -> a.capture(() -> {}),
          }) {
        assertInvalid(() -> a.capture(action), "being captured");
      }
      assertThatThrownBy(
              () ->
                  a.capture(
                      () -> {
                        throw new IllegalStateException("own");
                      }))
          .hasMessage("own");
      x.fill(3, a);
      assertThat(x.toArray()).containsOnly(3);
    }
  }

  @Test
  void whatNamesNoStream_isDoneAtOnce_inACapture() {
    try (Stream stream = gpu.newStream();
        IntMemory x = gpu.ints(10)) {
      try (Graph graph =
          stream.capture(
              () -> {
                try (IntMemory y = gpu.ints(10)) {
                  y.fill(5);
                  x.copyFrom(y);
                }
              })) {
        assertThat(graph.nodes()).isZero();
        assertThat(x.toArray()).containsOnly(5);
      }
    }
  }

  @Test
  void memoryOfTheCapturedStream_canBeClosedMeanwhile() {
    try (Stream stream = gpu.newStream()) {
      IntMemory x = gpu.ints(10, stream);
      x.fill(1, stream);
      try (Graph graph = stream.capture(x::close)) {
        assertThat(graph.nodes()).isZero();
      }
    }
  }

  @Test
  void memoryThatTheCapturedStreamFreed_canBeHadMeanwhile() {
    FakeCuda.delay(3000);
    try (Stream stream = gpu.newStream();
        IntMemory y = gpu.ints(1 << 20)) {
      IntMemory x = gpu.ints(1 << 20, stream);
      x.fill(1, stream);
      y.copyFrom(x, stream);
      x.close();
      try (Graph graph =
              stream.capture(
                  () -> {
                    try (IntMemory z = gpu.ints(1 << 20)) {
                      z.slice(0, 1).fill(2);
                      y.fill(4, stream);
                    }
                  });
          ExecutableGraph work = graph.instantiate()) {
        assertThat(y.slice(0, 1).toArray()).containsExactly(1);
        work.launch(stream);
        assertThat(y.slice(0, 1).toArray()).containsExactly(4);
      }
    }
  }

  @Test
  void closedGraph_isRefused() {
    try (Stream stream = gpu.newStream();
        IntMemory x = gpu.ints(10)) {
      Graph graph = stream.capture(() -> x.fill(1, stream));
      ExecutableGraph work = graph.instantiate();
      graph.close();
      work.launch(stream);
      assertInvalid(graph::instantiate, "graph is closed");
      work.close();
      assertInvalid(() -> work.launch(stream), "executable graph is closed");
      assertThat(x.toArray()).containsOnly(1);
    }
  }
}
