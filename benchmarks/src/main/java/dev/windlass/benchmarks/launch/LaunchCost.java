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

/** A launch's cost beside the same call made by others. */
public final class LaunchCost {
  private static final Map<String, String> NAMES =
      Map.of(
          "prepared", "Windlass: PreparedLaunch.launch",
          "kernel", "Windlass: Kernel.launch",
          "driver", "Windlass: CudaDriver.launch",
          "javacpp", "JavaCPP, raw",
          "jcudaNative", "JCuda 12.6.0, native memory",
          "jcuda", "JCuda 12.6.0, pointers made once",
          "jcudaAsDocumented", "JCuda 12.6.0, as documented",
          "foreign", "foreign functions of the JDK");
  private static final List<String> PEERS = List.of("javacpp", "jcuda", "jcudaNative", "foreign");

  private LaunchCost() {}

  /**
   * Measures.
   *
   * @param programs where the C program is
   */
  public static Table measure(Path programs, Effort effort) {
    boolean foreign = Runtime.version().feature() >= 22;
    List<Figure> figures =
        JmhRun.run(LaunchBenchmark.class, 1, effort, foreign ? List.of() : List.of("foreign"));
    double c = loop(programs, effort);
    double cheapest =
        figures.stream()
            .filter(f -> PEERS.contains(f.method()))
            .mapToDouble(Figure::nanos)
            .min()
            .orElse(Double.NaN);
    List<List<Object>> rows = new ArrayList<>();
    rows.add(List.of("C, in a loop", c, Double.NaN, Double.NaN, 1.0, c / cheapest));
    for (Figure f : figures) {
      rows.add(
          List.of(
              NAMES.getOrDefault(f.method(), f.method()),
              f.nanos(),
              f.error(),
              f.bytesPerCall(),
              f.nanos() / c,
              f.nanos() / cheapest));
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
