package dev.windlass.benchmarks.trace;

import java.util.List;

/** All traces. */
public final class Traces {
  private Traces() {}

  /**
   * Makes all of them; the same for the same arguments.
   *
   * @param seed of what is random in them
   * @param length how long they are: 1 for a few thousand events each, 20 for what a figure needs
   */
  public static List<Trace> all(long seed, int length) {
    return List.of(
        TrainingTraces.plain(seed, 3 * length),
        TrainingTraces.recomputed(seed, 3 * length),
        TrainingTraces.sharded(seed, 3 * length),
        TrainingTraces.growingBatch(2 + length),
        ServingTraces.variableLength(seed, 20 * length),
        ServingTraces.contiguousCaches(seed, 100 * length),
        ServingTraces.pagedCaches(seed, 100 * length),
        GeneralTraces.hashJoin(seed, 10 * length),
        GeneralTraces.powerLaw(seed, 10_000 * length),
        GeneralTraces.twoStreams(seed, 50 * length),
        GeneralTraces.adversarial((length + 3) / 4));
  }
}
