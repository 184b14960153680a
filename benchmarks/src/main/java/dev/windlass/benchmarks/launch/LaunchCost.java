package dev.windlass.benchmarks.launch;

import dev.windlass.benchmarks.report.Effort;
import dev.windlass.benchmarks.report.JmhRun;
import dev.windlass.benchmarks.report.JmhRun.Figure;
import dev.windlass.benchmarks.report.Programs;
import dev.windlass.benchmarks.report.Table;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A launch's cost beside the same call made by others. */
public final class LaunchCost {
  /** A way to launch; a Java peer is one that makes the same call in the cheapest way it has. */
  private record Way(String method, String title, boolean peer) {}

  private static final List<Way> WAYS =
      List.of(
          new Way("prepared", "Windlass: PreparedLaunch.launch", false),
          new Way("kernel", "Windlass: Kernel.launch", false),
          new Way("driver", "Windlass: CudaDriver.launch", false),
          new Way("javacpp", "JavaCPP, raw", true),
          new Way("foreign", "foreign functions of the JDK", true),
          new Way("jcudaNative", "JCuda 12.6.0, native memory", true),
          new Way("jcuda", "JCuda 12.6.0, pointers made once", false),
          new Way("jcudaAsDocumented", "JCuda 12.6.0, as documented", false));

  private LaunchCost() {}

  /**
   * Measures.
   *
   * @param programs where the C program is
   */
  public static Table measure(Path programs, Effort effort) {
    boolean foreign = Runtime.version().feature() >= 22;
    Map<String, Figure> figures =
        JmhRun.run(LaunchBenchmark.class, 1, effort, foreign ? List.of() : List.of("foreign"))
            .stream()
            .collect(Collectors.toMap(Figure::method, f -> f));
    double c = loop(programs, effort);
    double cheapest = Double.MAX_VALUE;
    for (Way way : WAYS) {
      Figure f = figures.get(way.method);
      cheapest = f != null && way.peer ? Math.min(cheapest, f.nanos()) : cheapest;
    }
    List<List<Object>> rows = new ArrayList<>();
    rows.add(List.of("C, in a loop", c, Double.NaN, Double.NaN, 1.0, c / cheapest));
    for (Way way : WAYS) {
      Figure f = figures.get(way.method);
      if (f != null) {
        double nanos = f.nanos();
        rows.add(
            List.of(way.title, nanos, f.error(), f.bytesPerCall(), nanos / c, nanos / cheapest));
      }
    }
    return new Table(
        "Kernel launch, JDK " + Runtime.version().feature(),
        List.of("launch of 4 arguments", "ns", "± ns", "B/launch", "x C", "x cheapest Java peer"),
        rows,
        foreign ? List.of() : List.of("Foreign functions need a JDK from 22 on; this is older."));
  }

  /** The median round of the C program. */
  private static double loop(Path programs, Effort effort) {
    String calls = effort == Effort.SMOKE ? "1000" : "20000000";
    String output =
        Programs.output(List.of(programs.resolve("launch_loop").toString(), calls), Map.of());
    return Double.parseDouble(output.strip().split(" ", -1)[1]);
  }
}
