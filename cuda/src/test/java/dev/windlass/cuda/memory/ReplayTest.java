package dev.windlass.cuda.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.windlass.cuda.memory.Replay.Report;
import dev.windlass.cuda.memory.TraceEvent.Action;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Test;
import org.mockito.InOrder;
import org.mockito.Mockito;

class ReplayTest {
  private final List<TraceEvent> trace = new ArrayList<>();

  private ReplayTest add(Action action, long pointer, long bytes, long stream) {
    trace.add(new TraceEvent(1, trace.size(), action, pointer, bytes, stream));
    return this;
  }

  @Test
  void report_hasPeaksAndRatio() {
    add(Action.ALLOCATE, 1, 600, 0).add(Action.FREE, 1, 600, 0);
    add(Action.ALLOCATE, 1, 400, 0).add(Action.ALLOCATE, 2, 100, 0).add(Action.FREE, 1, 400, 0);
    Report report = Replay.run(trace, new FakeAllocator(2000), LongUnaryOperator.identity());
    assertThat(report).isEqualTo(new Report(3, 0, 0, 100, 600, 1100));
    assertThat(report.ratio()).isEqualTo(1100.0 / 600);
  }

  @Test
  void whatTheTraceLeaves_isFreedAtTheEnd() {
    FakeAllocator fake = new FakeAllocator(2000);
    add(Action.ALLOCATE, 1, 600, 0).add(Action.ALLOCATE, 2, 100, 0);
    assertThat(Replay.run(trace, fake, LongUnaryOperator.identity()).leftBytes()).isEqualTo(700);
    assertThat(fake.use().live()).isZero();
  }

  @Test
  void whatFailsHere_isCounted_andNotFreedLater() {
    add(Action.ALLOCATE, 1, 600, 0).add(Action.ALLOCATE, 2, 500, 0).add(Action.FREE, 2, 500, 0);
    add(Action.FREE, 1, 600, 0).add(Action.ALLOCATE, 2, 500, 0).add(Action.FREE, 2, 500, 0);
    add(Action.FREE, 2, 500, 0); // twice, though it once failed
    Report report = Replay.run(trace, new FakeAllocator(1000), LongUnaryOperator.identity());
    assertThat(report).isEqualTo(new Report(2, 1, 1, 0, 600, 600));
  }

  @Test
  void failuresOfTheTrace_andRequestsForNothing_areLeftOut() {
    add(Action.ALLOCATE_FAILURE, 0, 600, 0).add(Action.ALLOCATE, 0, 0, 0).add(Action.FREE, 0, 0, 0);
    Report report = Replay.run(trace, new FakeAllocator(1), LongUnaryOperator.identity());
    assertThat(report).isEqualTo(new Report(0, 0, 0, 0, 0, 0));
    assertThat(report.ratio()).isEqualTo(1);
  }

  @Test
  void linesThatDoNotFit_areCounted_andHarmNothing() {
    FakeAllocator fake = new FakeAllocator(1000);
    add(Action.FREE, 9, 10, 0); // never allocated
    add(Action.ALLOCATE, 1, 10, 0).add(Action.ALLOCATE, 1, 20, 0).add(Action.FREE, 1, 20, 0);
    add(Action.FREE, 1, 20, 0); // twice
    Report report = Replay.run(trace, fake, LongUnaryOperator.identity());
    assertThat(report.unmatched()).isEqualTo(3);
    assertThat(report.allocations()).isEqualTo(2);
    assertThat(report.peakLive()).isEqualTo(20);
    assertThat(fake.use().live()).isZero();
  }

  @Test
  void streams_areTranslated_forAllocationsAndFrees() {
    DeviceAllocator allocator = Mockito.mock(DeviceAllocator.class);
    Mockito.when(allocator.use()).thenReturn(new MemoryUse(0, 0, 0, 0, 0, 0));
    Mockito.when(allocator.allocate(10, 105)).thenReturn(4096L);
    add(Action.ALLOCATE, 1, 10, 5).add(Action.FREE, 1, 10, 6);
    Replay.run(trace, allocator, s -> s + 100);
    InOrder order = Mockito.inOrder(allocator);
    order.verify(allocator).allocate(10, 105);
    order.verify(allocator).free(4096, 10, 106);
  }
}
