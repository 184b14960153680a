package dev.windlass.cli;

import dev.windlass.core.backend.JobEvent.Progress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What the progress reports of a job add up to. Looks at the first replica only; computes with the
 * reports' own times, so that reports of the past give the same as they gave then.
 */
final class ProgressTracker {
  /** The rate is that of the last so many reports, or of so long. */
  private static final int MAX_REPORTS = 200;

  private static final Duration WINDOW = Duration.ofMinutes(1);

  /** Plain lines: not oftener than this, */
  private static final Duration LINE_AT_MOST = Duration.ofSeconds(1);

  /** and then if so many percent more are done, or so much time went by. */
  private static final int LINE_PERCENT = 5;

  private static final Duration LINE_AT_LEAST = Duration.ofSeconds(30);

  private final Deque<Progress> reports = new ArrayDeque<>();
  private Optional<Progress> lastLine = Optional.empty();

  /**
   * Takes a report.
   *
   * @return whether it is worth a line of its own where lines stay
   */
  boolean add(Progress report) {
    if (report.replica() != 0) {
      return false;
    }
    Progress last = reports.peekLast();
    if (last != null && (report.attempt() != last.attempt() || report.step() < last.step())) {
      reports.clear();
      lastLine = Optional.empty();
    }
    reports.addLast(report);
    while (reports.size() > MAX_REPORTS
        || (reports.size() > 2
            && Duration.between(reports.getFirst().time(), report.time()).compareTo(WINDOW) > 0)) {
      reports.removeFirst();
    }
    if (isDue(report)) {
      lastLine = Optional.of(report);
      return true;
    }
    return false;
  }

  private boolean isDue(Progress report) {
    if (lastLine.isEmpty() || (report.total() > 0 && report.step() >= report.total())) {
      return true;
    }
    Duration since = Duration.between(lastLine.get().time(), report.time());
    if (since.compareTo(LINE_AT_MOST) < 0) {
      return false;
    }
    return since.compareTo(LINE_AT_LEAST) >= 0
        || (report.total() > 0
            && (report.step() - lastLine.get().step()) * 100.0 / report.total() >= LINE_PERCENT);
  }

  /** The latest report. */
  Optional<Progress> latest() {
    return Optional.ofNullable(reports.peekLast());
  }

  /** Steps per second; empty as long as too little is known. */
  OptionalDouble perSecond() {
    if (reports.size() < 2) {
      return OptionalDouble.empty();
    }
    Progress first = reports.getFirst();
    Progress last = reports.getLast();
    double seconds = Duration.between(first.time(), last.time()).toNanos() / 1e9;
    double rate = (last.step() - first.step()) / seconds;
    return rate > 0 && Double.isFinite(rate) ? OptionalDouble.of(rate) : OptionalDouble.empty();
  }
}
