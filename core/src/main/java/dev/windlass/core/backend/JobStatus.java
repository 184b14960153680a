package dev.windlass.core.backend;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What is known of a job at one moment.
 *
 * @param name the job's name
 * @param phase where it is
 * @param reason why it is there, for programs
 * @param message why it is there, for people, with the names at hand; empty if nothing needs saying
 * @param remedy what to do about it; empty if nothing needs doing
 * @param submittedAt when it was submitted
 * @param startedAt when its program first ran
 * @param finishedAt when it reached its final phase
 * @param attempts the runs so far, oldest first; the last one may still be running
 */
public record JobStatus(
    String name,
    Phase phase,
    Reason reason,
    String message,
    String remedy,
    Instant submittedAt,
    Optional<Instant> startedAt,
    Optional<Instant> finishedAt,
    List<Attempt> attempts) {

  /** Copies the list. */
  public JobStatus {
    attempts = List.copyOf(attempts);
  }

  /** The latest attempt, if there was any. */
  public Optional<Attempt> lastAttempt() {
    return attempts.isEmpty() ? Optional.empty() : Optional.of(attempts.get(attempts.size() - 1));
  }
}
