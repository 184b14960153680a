package dev.windlass.benchmarks.memory;

import dev.windlass.benchmarks.report.Effort;
import dev.windlass.benchmarks.report.JmhRun;
import dev.windlass.benchmarks.report.JmhRun.Figure;
import dev.windlass.benchmarks.report.Table;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** A pair of allocate and free beside the driver's calls and other policies, by threads. */
public final class AllocateFree {
  private AllocateFree() {}

  /** Measures: one thread, and as many as there are processors, but two at least. */
  public static List<Table> measure(Effort effort) {
    int many = Math.max(2, Runtime.getRuntime().availableProcessors());
    return List.of(table(1, effort), table(many, effort));
  }

  private static Table table(int threads, Effort effort) {
    Map<Contender, Figure> same = new EnumMap<>(Contender.class);
    Map<Contender, Figure> mixed = new EnumMap<>(Contender.class);
    for (Figure f : JmhRun.run(AllocateFreeBenchmark.class, threads, effort, List.of())) {
      Contender who = Contender.valueOf(f.parameters().getOrDefault("allocator", ""));
      (f.method().equals("sameSize") ? same : mixed).put(who, f);
    }
    Figure ours = same.get(Contender.WINDLASS);
    Figure oursMixed = mixed.get(Contender.WINDLASS);
    List<List<Object>> rows = new ArrayList<>();
    for (Map.Entry<Contender, Figure> one : same.entrySet()) {
      Figure s = one.getValue();
      Figure m = mixed.get(one.getKey());
      if (ours == null || oursMixed == null || m == null) {
        throw new IllegalStateException("A benchmark without a peer in the same run");
      }
      rows.add(
          List.of(
              one.getKey().title(),
              s.nanos(),
              s.error(),
              s.bytesPerCall(),
              s.nanos() / ours.nanos(),
              m.nanos(),
              m.error(),
              m.bytesPerCall(),
              m.nanos() / oursMixed.nanos()));
    }
    return new Table(
        "Allocate and free, " + threads + (threads == 1 ? " thread" : " threads"),
        List.of("pair", "64 KiB: ns", "± ns", "B", "x ours", "mixed: ns", "± ns ", "B ", "x ours "),
        rows,
        threads == 1 ? List.of() : List.of("Time of each thread; each has a stream of its own."));
  }
}
