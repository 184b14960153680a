package dev.windlass.core.local;

import dev.windlass.core.backend.Attempt;
import dev.windlass.core.backend.JobEvent.StatusChanged;
import dev.windlass.core.backend.JobStatus;
import dev.windlass.core.backend.Phase;
import dev.windlass.core.backend.Reason;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The state of a job as its supervisor knows it and writes it down. */
final class JobRecord {
  private final JobFolder folder;
  private final Submission submission;
  private JobStatus status;

  JobRecord(JobFolder folder, Submission submission, JobStatus status) {
    this.folder = folder;
    this.submission = submission;
    this.status = status;
  }

  JobStatus status() {
    return status;
  }

  /** A status on the way. Should there be no room to write it down, the next one has it all. */
  void become(Phase phase, Reason reason, String message, String remedy, List<Attempt> attempts) {
    status = next(phase, reason, message, remedy, attempts);
    try {
      folder.append(new StatusChanged(Instant.now(), status));
    } catch (IOException e) {
      print("A status cannot be written down now", e);
    }
  }

  /** The last status; it is on disk when this returns, unless the job is deleted before. */
  void end(Phase phase, Reason reason, String message, String remedy, List<Attempt> attempts)
      throws InterruptedException {
    status = next(phase, reason, message, remedy, attempts);
    persist(() -> folder.append(new StatusChanged(Instant.now(), status)));
  }

  private JobStatus next(
      Phase phase, Reason reason, String message, String remedy, List<Attempt> attempts) {
    Optional<Instant> started = attempts.stream().findFirst().flatMap(Attempt::startedAt);
    return new JobStatus(
        folder.name(),
        phase,
        reason,
        message,
        remedy,
        submission.submittedAt(),
        started,
        phase.isFinal()
            ? Optional.of(
                later(Instant.now(), Optional.of(started.orElse(submission.submittedAt()))))
            : Optional.empty(),
        attempts);
  }

  @FunctionalInterface
  interface Write {
    void run() throws IOException;
  }

  /** Writes what must not be lost: again and again, as long as the job is there. */
  void persist(Write write) throws InterruptedException {
    while (true) {
      try {
        write.run();
        return;
      } catch (IOException e) {
        if (!folder.isOf(submission.id())) {
          return;
        }
        print("The end cannot be written down now", e);
        Thread.sleep(1000);
      }
    }
  }

  /** A clock that was set back makes nothing end before it began. */
  static Instant later(Instant time, Optional<Instant> than) {
    return than.isPresent() && than.get().isAfter(time) ? than.get() : time;
  }

  /** Into {@code supervisor.log}: this is a program, and nothing is set up to take its log. */
  static void print(String what, Exception e) {
    System.err.println(Instant.now() + " " + what);
    e.printStackTrace();
  }
}
