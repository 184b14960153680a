package dev.windlass.core.backend;

import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;

/** Something that happened to a job. */
public sealed interface JobEvent {

  /** When it happened. */
  Instant time();

  /**
   * The job's phase, reason, message or attempts changed.
   *
   * @param time when
   * @param status the new state
   */
  record StatusChanged(Instant time, JobStatus status) implements JobEvent {}

  /**
   * The program reported progress.
   *
   * @param time when
   * @param attempt which attempt, from 1
   * @param replica which replica, from 0
   * @param step what has been done
   * @param total what there is to do; 0 if that is not known
   * @param metrics the program's own numbers by name
   */
  record Progress(
      Instant time, int attempt, int replica, long step, long total, Map<String, Double> metrics)
      implements JobEvent {
    /** Copies the metrics, sorted by name. */
    public Progress {
      metrics = java.util.Collections.unmodifiableMap(new TreeMap<>(metrics));
    }
  }
}
