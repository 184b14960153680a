package dev.windlass.benchmarks.trace;

import dev.windlass.cuda.memory.TraceEvent;
import dev.windlass.cuda.memory.TraceEvent.Action;
import dev.windlass.cuda.memory.TraceFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Traces from and to files in RMM's form. */
public final class TraceFiles {
  private static final long FIRST_POINTER = 1L << 32;

  private TraceFiles() {}

  /** Reads one trace per file, named by the file. */
  public static List<Trace> read(List<Path> files) {
    return files.stream()
        .map(file -> trace(file.getFileName().toString(), TraceFile.read(file)))
        .toList();
  }

  /** Writes one file per trace, named by the trace. */
  public static void write(List<Trace> traces, Path folder) throws IOException {
    Files.createDirectories(folder);
    for (Trace trace : traces) {
      String name = trace.name().replaceAll("\\W+", "-") + ".csv";
      TraceFile.write(folder.resolve(name), events(trace));
    }
  }

  /**
   * Events without a counterpart are left out: frees of what is not live, allocations that failed.
   * What is allocated where something is live means that its free was not recorded.
   */
  static Trace trace(String name, Iterable<TraceEvent> events) {
    Trace.Builder trace = Trace.builder(name);
    Map<Long, Integer> live = new HashMap<>();
    Map<Long, Integer> streams = new HashMap<>();
    for (TraceEvent event : events) {
      if (event.action() == Action.ALLOCATE_FAILURE || event.bytes() == 0) {
        continue;
      }
      int stream = streams.computeIfAbsent(event.stream(), s -> streams.size());
      Integer id = live.remove(event.pointer());
      if (id != null) {
        trace.free(id, stream);
      }
      if (event.action() == Action.ALLOCATE) {
        live.put(event.pointer(), trace.allocate(event.bytes(), stream));
      }
    }
    return trace.build();
  }

  /** One event a microsecond; every allocation has a pointer of its own. */
  static List<TraceEvent> events(Trace trace) {
    long[] bytes = new long[trace.allocations()];
    List<TraceEvent> events = new ArrayList<>(trace.size());
    for (int event = 0; event < trace.size(); event++) {
      int id = trace.id(event);
      boolean allocates = trace.allocates(event);
      bytes[id] = allocates ? trace.bytes(event) : bytes[id];
      events.add(
          new TraceEvent(
              1,
              event,
              allocates ? Action.ALLOCATE : Action.FREE,
              FIRST_POINTER + 256L * id,
              bytes[id],
              trace.stream(event)));
    }
    return events;
  }
}
