package dev.windlass.core.backend;

import java.time.Instant;

/**
 * One line that a job wrote, or a note about the log itself.
 *
 * @param time when it was written, as the machine that ran the job saw it
 * @param attempt which attempt wrote it, from 1
 * @param replica which replica wrote it, from 0
 * @param stream where it was written
 * @param text the line without its end
 */
public record LogLine(Instant time, int attempt, int replica, Stream stream, String text) {

  /** Where a line was written. */
  public enum Stream {
    /** Standard output. */
    STDOUT,
    /** Standard error. */
    STDERR,
    /** Standard output or standard error: the backend cannot tell them apart. */
    OUTPUT,
    /** Not written by the job: Windlass says here what is missing from the log and why. */
    NOTE
  }
}
