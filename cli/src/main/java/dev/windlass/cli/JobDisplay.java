package dev.windlass.cli;

import dev.windlass.core.backend.JobEvent;
import dev.windlass.core.backend.JobStatus;
import dev.windlass.core.backend.LogLine;
import dev.windlass.core.backend.Phase;
import dev.windlass.core.backend.Reason;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Shows a job that is followed: its log, its changes and, on a terminal, a bar. Events and lines
 * may come from different threads.
 */
final class JobDisplay {
  private static final Duration REDRAW = Duration.ofMillis(100);

  private final Screen screen;
  private final Clock clock;
  private final boolean logToErr;
  private final ProgressTracker tracker = new ProgressTracker();
  private Optional<JobStatus> status = Optional.empty();
  private String lastChange = "";
  private Instant drawnAt = Instant.MIN;

  /**
   * A display with nothing on it.
   *
   * @param logToErr whether the job's log goes to standard error, because standard output is taken
   */
  JobDisplay(Screen screen, Clock clock, boolean logToErr) {
    this.screen = screen;
    this.clock = clock;
    this.logToErr = logToErr;
  }

  /** Shows a line of the job's log. */
  void line(LogLine line) {
    if (line.stream() == LogLine.Stream.NOTE) {
      screen.err("[log] " + line.text());
    } else if (logToErr) {
      screen.err(line.text());
    } else {
      screen.out(line.text());
    }
  }

  /** Shows what happened. The end is left to {@link #end}. */
  synchronized void event(JobEvent event) {
    if (event instanceof JobEvent.Progress progress) {
      boolean due = tracker.add(progress);
      if (due && !screen.hasBar()) {
        screen.err(ProgressBar.line(progress));
      }
    } else if (event instanceof JobEvent.StatusChanged change) {
      status = Optional.of(change.status());
      String text = StatusText.change(change.status(), screen.errColour());
      if (!isEnding(change.status()) && !text.equals(lastChange)) {
        screen.err(text);
        lastChange = text;
      }
    }
  }

  /**
   * Whether the end is here or follows at once: the program has ended well, and only its job does
   * not say so yet.
   */
  private static boolean isEnding(JobStatus status) {
    return status.phase().isFinal()
        || (status.phase() == Phase.RUNNING
            && status
                .lastAttempt()
                .filter(a -> a.finishedAt().isPresent() && a.reason() == Reason.NONE)
                .isPresent());
  }

  /** Draws the bar, if that was not done just now. To be called again and again. */
  synchronized void tick() {
    Instant now = clock.instant();
    if (!screen.hasBar() || now.isBefore(drawnAt.plus(REDRAW)) || status.isEmpty()) {
      return;
    }
    drawnAt = now;
    JobStatus s = status.get();
    Instant since =
        s.phase() == Phase.RUNNING ? s.startedAt().orElse(s.submittedAt()) : s.submittedAt();
    ProgressBar.State state =
        new ProgressBar.State(
            s.phase(),
            StatusText.why(s),
            Duration.between(since, now),
            tracker.latest(),
            tracker.perSecond());
    // A terminal that is written to in its last column may wrap.
    screen.bar(ProgressBar.frame(state, screen.errWidth() - 1, screen.unicode()));
  }

  /** Shows how it ended. */
  synchronized void end(JobStatus end) {
    screen.bar("");
    boolean colour = screen.errColour();
    Fields fields = StatusText.summary(end, clock.instant(), colour);
    tracker.latest().ifPresent(p -> fields.add("Progress", ProgressBar.line(p).substring(9)));
    screen.err("\n" + fields.render());
  }
}
