package dev.windlass.core.local;

import dev.windlass.core.backend.FaultLine;
import dev.windlass.core.backend.Reason;
import dev.windlass.core.context.Fault;
import dev.windlass.core.job.GpuJob;
import java.util.Optional;

/**
 * What the end of an attempt means.
 *
 * @param reason {@link Reason#NONE} after success
 * @param message why, for people; empty after success
 * @param remedy what to do; empty if nothing needs doing
 */
record AttemptEnding(Reason reason, String message, String remedy) {
  /**
   * Judges.
   *
   * @param end how it ended
   * @param fault what the program itself said of it
   */
  static AttemptEnding of(AttemptRun.End end, Optional<Fault> fault, GpuJob job) {
    if (end.stopped().isPresent()) {
      Stop why = end.stopped().get();
      return of(why.reason(), why.message(job));
    }
    if (end.exitCode().isEmpty()) {
      return of(Reason.LOST, "the program is gone, and nothing tells how it ended");
    }
    int code = end.exitCode().getAsInt();
    if (code == 0) {
      return of(Reason.NONE, "");
    }
    if (fault.isPresent()) {
      return new AttemptEnding(
          FaultLine.reason(fault.get().kind()),
          fault.get().message() + " (exit code " + code + ")",
          fault.get().remedy());
    }
    return of(
        Reason.EXIT_CODE,
        "the program ended with exit code "
            + code
            + (code > 128 && code < 160 ? ": killed by signal " + (code - 128) : ""));
  }

  private static AttemptEnding of(Reason reason, String message) {
    return new AttemptEnding(reason, message, reason.remedy());
  }
}
