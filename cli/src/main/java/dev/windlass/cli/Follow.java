package dev.windlass.cli;

import dev.windlass.core.backend.BackendException;
import dev.windlass.core.backend.JobEvent;
import dev.windlass.core.backend.JobHandle;
import dev.windlass.core.backend.JobStatus;
import dev.windlass.core.backend.LogOptions;
import dev.windlass.core.backend.LogStream;
import dev.windlass.core.backend.Subscription;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Follows one job to its end: its log on this thread, its events on one of the backend's. */
final class Follow {
  private static final Duration TICK = Duration.ofMillis(100);

  private final JobHandle job;
  private final JobDisplay display;
  private final Screen screen;
  private final Clock clock;
  private final Optional<Instant> until;

  /** Completes once the listener was told the end, so that nothing is shown after it. */
  private final CompletableFuture<JobStatus> end = new CompletableFuture<>();

  Follow(
      JobHandle job, JobDisplay display, Screen screen, Clock clock, Optional<Duration> timeout) {
    this.job = job;
    this.display = display;
    this.screen = screen;
    this.clock = clock;
    this.until = timeout.map(clock.instant()::plus);
  }

  /**
   * Shows the job until it ends or the time is up.
   *
   * @return the final status; empty if the time is up
   * @throws BackendException if the backend loses the job
   */
  Optional<JobStatus> run() {
    job.completion()
        .whenComplete(
            (status, failure) -> {
              if (failure != null) {
                end.completeExceptionally(failure);
              }
            });
    Subscription events = job.events(this::event);
    try {
      log();
      while (!isTimeUp()) {
        display.tick();
        Optional<JobStatus> ended = pollEnd();
        if (ended.isPresent()) {
          return ended;
        }
      }
      return Optional.empty();
    } finally {
      events.close();
    }
  }

  private void event(JobEvent event) {
    try {
      display.event(event);
      if (event instanceof JobEvent.StatusChanged change && change.status().phase().isFinal()) {
        end.complete(change.status());
      }
    } catch (RuntimeException e) {
      end.completeExceptionally(e);
    }
  }

  /** Shows the log until it ends. A log that cannot be read is no reason to lose the job. */
  private void log() {
    try (LogStream log = job.logs(LogOptions.following())) {
      while (!log.ended() && !isTimeUp()) {
        log.poll(TICK).ifPresent(display::line);
        display.tick();
      }
    } catch (BackendException e) {
      screen.err("The log cannot be read: " + e.problem() + ". The job is followed without it.");
    }
  }

  private boolean isTimeUp() {
    return until.isPresent() && !clock.instant().isBefore(until.get());
  }

  private Optional<JobStatus> pollEnd() {
    try {
      return Optional.of(end.get(TICK.toMillis(), TimeUnit.MILLISECONDS));
    } catch (TimeoutException e) {
      return Optional.empty();
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      while (cause instanceof CompletionException && cause.getCause() != null) {
        cause = cause.getCause();
      }
      if (cause instanceof RuntimeException known) {
        throw known;
      }
      throw new IllegalStateException(cause);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Nobody interrupts this thread", e);
    }
  }
}
