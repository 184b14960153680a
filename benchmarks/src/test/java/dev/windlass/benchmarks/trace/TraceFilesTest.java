package dev.windlass.benchmarks.trace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.windlass.cuda.memory.TraceEvent;
import dev.windlass.cuda.memory.TraceEvent.Action;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TraceFilesTest {
  @TempDir Path folder;

  @Test
  void read_whatWasWritten_isTheSameTrace() throws IOException {
    List<Trace> traces = Traces.all(4, 1).subList(8, 10);
    TraceFiles.write(traces, folder);
    for (Trace trace : traces) {
      Path file = folder.resolve(trace.name().replace(' ', '-') + ".csv");
      Trace read = TraceFiles.read(List.of(file)).get(0);
      assertThat(read.peakLiveBytes()).isEqualTo(trace.peakLiveBytes());
      assertThat(TraceFiles.events(read)).isEqualTo(TraceFiles.events(trace));
    }
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).hasSize(2);
    }
  }

  @Test
  void trace_eventsWithoutCounterpart_areLeftOut() {
    Trace trace =
        TraceFiles.trace(
            "t",
            List.of(
                event(Action.FREE, 512, 10, 7),
                event(Action.ALLOCATE, 256, 10, 7),
                event(Action.ALLOCATE_FAILURE, 0, 99, 7),
                event(Action.ALLOCATE, 256, 20, 8),
                event(Action.FREE, 256, 20, 8)));
    assertThat(trace.allocations()).isEqualTo(2);
    assertThat(trace.size()).isEqualTo(4);
    assertThat(trace.peakLiveBytes()).isEqualTo(20);
    assertThat(trace.streams()).isEqualTo(2);
  }

  private static TraceEvent event(Action action, long pointer, long bytes, long stream) {
    return new TraceEvent(1, 0, action, pointer, bytes, stream);
  }
}
