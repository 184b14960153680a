package dev.windlass.benchmarks.report;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Runs a JMH class and reads its figures. */
public final class JmhRun {
  private JmhRun() {}

  /**
   * A method's figures.
   *
   * @param method its name
   * @param parameters JMH's, by name
   * @param nanos per call and thread
   * @param error half of the interval that holds the true value with 99.9 % certainty
   * @param bytesPerCall what the Java heap gives per call
   */
  public record Figure(
      String method,
      Map<String, String> parameters,
      double nanos,
      double error,
      double bytesPerCall) {}

  /**
   * Runs all methods of a class but some.
   *
   * @param threads how many call at once
   * @param except names of methods that cannot run here
   */
  public static List<Figure> run(
      Class<?> benchmark, int threads, Effort effort, Collection<String> except) {
    ChainedOptionsBuilder options =
        effort
            .apply(new OptionsBuilder())
            .include("\\Q" + benchmark.getName() + ".\\E")
            .threads(threads)
            .shouldFailOnError(true)
            .verbosity(effort == Effort.SMOKE ? VerboseMode.SILENT : VerboseMode.NORMAL)
            .addProfiler(GCProfiler.class);
    except.forEach(method -> options.exclude("\\Q" + benchmark.getName() + "." + method + "\\E$"));
    try {
      List<Figure> figures = new ArrayList<>();
      for (RunResult result : new Runner(options.build()).run()) {
        figures.add(figure(result));
      }
      return figures;
    } catch (RunnerException e) {
      throw new IllegalStateException(benchmark.getSimpleName() + " does not run", e);
    }
  }

  private static Figure figure(RunResult result) {
    Map<String, String> parameters = new TreeMap<>();
    for (String name : result.getParams().getParamsKeys()) {
      parameters.put(name, result.getParams().getParam(name));
    }
    String name = result.getParams().getBenchmark();
    return new Figure(
        name.substring(name.lastIndexOf('.') + 1),
        parameters,
        result.getPrimaryResult().getScore(),
        result.getPrimaryResult().getScoreError(),
        bytesPerCall(result));
  }

  /** JMH's name for it has had a prefix in some versions. */
  private static double bytesPerCall(RunResult result) {
    for (String name : result.getSecondaryResults().keySet()) {
      if (name.endsWith("gc.alloc.rate.norm")) {
        return result.getSecondaryResults().get(name).getScore();
      }
    }
    return Double.NaN;
  }
}
