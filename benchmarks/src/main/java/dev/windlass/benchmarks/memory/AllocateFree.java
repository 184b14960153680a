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

  /** What was measured, by who allocates. */
  private record Figures(Map<Contender, Figure> same, Map<Contender, Figure> mixed) {}

  /** Measures: one thread, and as many as there are processors, but two at least. */
  public static List<Table> measure(Effort effort) {
    int many = Math.max(2, Runtime.getRuntime().availableProcessors());
    Figures one = run(1, effort);
    return List.of(table(1, one, one), table(many, run(many, effort), one));
  }

  private static Figures run(int threads, Effort effort) {
    Figures figures = new Figures(new EnumMap<>(Contender.class), new EnumMap<>(Contender.class));
    for (Figure f : JmhRun.run(AllocateFreeBenchmark.class, threads, effort, List.of())) {
      Contender who = Contender.valueOf(f.parameters().getOrDefault("allocator", ""));
      (f.method().equals("sameSize") ? figures.same : figures.mixed).put(who, f);
    }
    return figures;
  }

  private static Table table(int threads, Figures figures, Figures one) {
    List<List<Object>> rows = new ArrayList<>();
    for (Contender who : Contender.values()) {
      List<Object> row = new ArrayList<>(List.of(who.title()));
      cells(row, who, figures.same, one.same);
      cells(row, who, figures.mixed, one.mixed);
      rows.add(row);
    }
    return new Table(
        "Allocate and free, " + threads + (threads == 1 ? " thread" : " threads"),
        List.of(
            "pair",
            "64 KiB: ns",
            "± ns",
            "B",
            "x ours",
            "x 1 thread",
            "mixed: ns",
            "mixed ± ns",
            "mixed B",
            "mixed x ours",
            "mixed x 1 thread"),
        rows,
        threads == 1 ? List.of() : List.of("Time of each thread; each has a stream of its own."));
  }

  private static void cells(
      List<Object> row, Contender who, Map<Contender, Figure> of, Map<Contender, Figure> one) {
    Figure f = there(of, who);
    row.add(f.nanos());
    row.add(f.error());
    row.add(f.bytesPerCall());
    row.add(f.nanos() / there(of, Contender.WINDLASS).nanos());
    row.add(f.nanos() / there(one, who).nanos());
  }

  private static Figure there(Map<Contender, Figure> of, Contender who) {
    Figure figure = of.get(who);
    if (figure == null) {
      throw new IllegalStateException(who + " was not measured");
    }
    return figure;
  }
}
