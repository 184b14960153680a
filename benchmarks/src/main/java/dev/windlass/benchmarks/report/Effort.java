package dev.windlass.benchmarks.report;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** How much time goes into a figure. */
public enum Effort {
  /** Everything runs once, and no figure means anything: a test that it runs. */
  SMOKE(1),
  /** Rough figures, in a few minutes. */
  SHORT(5),
  /** Figures to quote, from a quiet machine. */
  FULL(20);

  private final int traceLength;

  Effort(int traceLength) {
    this.traceLength = traceLength;
  }

  /** How long traces are, in the measure of {@code Traces}. */
  public int traceLength() {
    return traceLength;
  }

  /** How often something that takes a while is repeated. */
  public int repeats(int full) {
    return switch (this) {
      case SMOKE -> 1;
      case SHORT -> Math.max(1, full / 4);
      case FULL -> full;
    };
  }

  ChainedOptionsBuilder apply(ChainedOptionsBuilder options) {
    if (this == SMOKE) {
      TimeValue moment = new TimeValue(10, TimeUnit.MILLISECONDS);
      return options.forks(0).warmupIterations(0).measurementIterations(1).measurementTime(moment);
    }
    boolean full = this == FULL;
    TimeValue time = new TimeValue(full ? 1000 : 300, TimeUnit.MILLISECONDS);
    return options
        .forks(full ? 3 : 1)
        .warmupIterations(full ? 4 : 3)
        .warmupTime(time)
        .measurementIterations(full ? 5 : 3)
        .measurementTime(time);
  }
}
