package dev.windlass.core.local;

import dev.windlass.core.backend.Attempt;
import dev.windlass.core.backend.BackendException;
import dev.windlass.core.backend.EventLog;
import dev.windlass.core.backend.JobEvent.StatusChanged;
import dev.windlass.core.backend.JobStatus;
import dev.windlass.core.backend.LogLine;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a job's folder again and again and adds what is new to its {@link EventLog}: statuses, and
 * between them what the program reported. All reports of an attempt come before the status that
 * says it has ended. Also sees to it that the job has a supervisor.
 */
final class JobFollower {
  private static final Logger log = LoggerFactory.getLogger(JobFollower.class);
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  /** How long one job is read before it is the others' turn; a log may grow for ever. */
  private static final long TURN = Duration.ofMillis(20).toNanos();

  private final JobFolder folder;
  private final String id;
  private final JobStatus first;
  private final EventLog events;
  private int seen;
  private Object seenVersion = "";
  private int attempt = 1;
  private @Nullable AttemptLog reading;
  private long nextCheck = System.nanoTime();
  private long turnEndsAt;

  JobFollower(JobFolder folder, String id, JobStatus first, EventLog events) {
    this.folder = folder;
    this.id = id;
    this.first = first;
    this.events = events;
  }

  /** What a look came to. */
  enum Found {
    /** Nothing more for now. */
    ALL,
    /** Its turn is over, and there is more. */
    MORE,
    /** The job has ended; there will be no more. */
    END
  }

  /** Looks for something new, for no longer than its turn: other jobs are followed as well. */
  Found look() {
    turnEndsAt = System.nanoTime() + TURN;
    try {
      boolean check = System.nanoTime() - nextCheck >= 0;
      Object version = folder.statusVersion();
      // In this order: what was read before the folder was found to be gone is true.
      List<StatusChanged> all = version.equals(seenVersion) ? List.of() : folder.statuses();
      if ((check || !version.equals(seenVersion)) && !folder.isOf(id)) {
        finish(LocalJob.deleted(events.latest().orElse(first)));
        return Found.END;
      }
      if (all.size() < seen && !version.equals(seenVersion)) {
        // Somebody emptied the file.
        seen = 0;
      }
      for (; seen < all.size(); seen++) {
        StatusChanged change = all.get(seen);
        if (!readEnded(change.status().attempts())) {
          return Found.MORE;
        }
        events.add(change);
        if (change.status().phase().isFinal()) {
          close();
          return Found.END;
        }
      }
      seenVersion = version;
      boolean isAll = readProgress(false);
      if (check) {
        nextCheck = System.nanoTime() + SECOND;
        SupervisorProcess.ensure(folder);
      }
      return isAll ? Found.ALL : Found.MORE;
    } catch (IOException | RuntimeException e) {
      log.warn("Job {} cannot be followed now; trying again", folder.name(), e);
      return Found.ALL;
    }
  }

  /**
   * Reads all that those attempts wrote that have ended.
   *
   * @return false if the turn was over before
   */
  private boolean readEnded(List<Attempt> attempts) throws IOException {
    for (Attempt a : attempts) {
      if (a.number() == attempt && a.finishedAt().isPresent()) {
        if (!readProgress(true)) {
          return false;
        }
        attempt++;
      }
    }
    return true;
  }

  /**
   * Reads what the attempt wrote.
   *
   * @return false if the turn was over before
   */
  private boolean readProgress(boolean toTheEnd) throws IOException {
    if (reading == null) {
      reading = new AttemptLog(folder.attempt(attempt));
    }
    for (var line = reading.next(); line.isPresent(); line = reading.next()) {
      report(line.get());
      if (System.nanoTime() - turnEndsAt >= 0) {
        return false;
      }
    }
    if (toTheEnd) {
      for (var line = reading.rest(); line.isPresent(); line = reading.rest()) {
        report(line.get());
      }
      close();
    }
    return true;
  }

  private void report(LogLine line) {
    JobLogStream.progress(line).ifPresent(events::add);
  }

  private void finish(JobStatus status) {
    events.add(new StatusChanged(Instant.now(), status));
    close();
  }

  private void close() {
    if (reading != null) {
      try {
        reading.close();
      } catch (IOException e) {
        log.debug("A log cannot be closed", e);
      }
      reading = null;
    }
  }

  /** Ends the following before the job has ended. */
  void abandon() {
    close();
    events.abandon(
        new BackendException(
            "following job '" + folder.name() + "'",
            "the backend was closed",
            "Open it again and attach to the job"));
  }
}
