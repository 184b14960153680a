package dev.windlass.cli;

import dev.windlass.core.backend.JobEvent.Progress;
import dev.windlass.core.backend.Phase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.StringJoiner;

/** Draws how far a job is, on one line. */
final class ProgressBar {
  private static final int MIN_BAR = 10;
  private static final int MAX_BAR = 30;
  private static final long MAX_ETA_SECONDS = Duration.ofDays(100).toSeconds();

  private ProgressBar() {}

  /**
   * What there is to draw.
   *
   * @param phase where the job is
   * @param note why it is there; empty if nothing needs saying
   * @param elapsed since it was submitted or, if its program runs, since that started
   * @param progress the latest report
   * @param perSecond steps per second
   */
  record State(
      Phase phase,
      String note,
      Duration elapsed,
      Optional<Progress> progress,
      OptionalDouble perSecond) {}

  /** The order in which parts give way where there is not enough room, first to go first. */
  private enum Part {
    METRIC,
    RATE,
    COUNT,
    ELAPSED,
    BAR,
    ETA,
    PHASE,
    PERCENT
  }

  private record Piece(Part part, String text) {}

  /** The line, at most so many columns wide. */
  static String frame(State state, int width, boolean unicode) {
    List<Piece> pieces = new ArrayList<>();
    pieces.add(new Piece(Part.PHASE, StatusText.word(state.phase())));
    pieces.add(new Piece(Part.ELAPSED, Numbers.time(wholeSeconds(state.elapsed()))));
    if (state.progress().isPresent() && state.phase() == Phase.RUNNING) {
      progress(state.progress().get(), state.perSecond(), width, unicode, pieces);
    } else if (!state.note().isEmpty()) {
      // The last part takes what room there is.
      pieces.add(new Piece(Part.PERCENT, Columns.oneLine(state.note())));
      return Columns.cut(join(pieces), width);
    }
    for (Part part : Part.values()) {
      for (int i = pieces.size() - 1; i >= 0; i--) {
        if (Columns.width(join(pieces)) <= width) {
          return join(pieces);
        }
        if (pieces.get(i).part() == part && pieces.size() > 1) {
          pieces.remove(i);
        }
      }
    }
    return Columns.cut(join(pieces), width);
  }

  private static void progress(
      Progress p, OptionalDouble perSecond, int width, boolean unicode, List<Piece> pieces) {
    if (p.total() > 0) {
      double done = Math.min(1, (double) p.step() / p.total());
      int length = Math.max(MIN_BAR, Math.min(MAX_BAR, width / 4));
      pieces.add(new Piece(Part.BAR, bar(done, length, unicode)));
      pieces.add(
          new Piece(
              Part.PERCENT, String.format(Locale.ROOT, "%3d%%", (int) Math.floor(done * 100))));
      pieces.add(new Piece(Part.COUNT, p.step() + "/" + p.total()));
    } else {
      pieces.add(new Piece(Part.PERCENT, "step " + p.step()));
    }
    if (perSecond.isPresent()) {
      double rate = perSecond.getAsDouble();
      pieces.add(new Piece(Part.RATE, Numbers.rate(rate)));
      double left = Math.ceil((p.total() - p.step()) / rate);
      if (p.total() > p.step() && left < MAX_ETA_SECONDS) {
        pieces.add(new Piece(Part.ETA, "ETA " + Numbers.time(Duration.ofSeconds((long) left))));
      }
    }
    for (Map.Entry<String, Double> metric : p.metrics().entrySet()) {
      pieces.add(new Piece(Part.METRIC, metric(metric, " ")));
    }
  }

  private static String bar(double done, int length, boolean unicode) {
    int full = (int) Math.floor(done * length);
    String bar = (unicode ? "█" : "#").repeat(full) + (unicode ? "░" : "-").repeat(length - full);
    return "[" + bar + "]";
  }

  private static String join(List<Piece> pieces) {
    StringJoiner line = new StringJoiner("  ");
    pieces.forEach(p -> line.add(p.text()));
    return line.toString();
  }

  /** The report on a line of its own, for where lines stay. */
  static String line(Progress p) {
    StringBuilder line = new StringBuilder("progress ").append(p.step());
    if (p.total() > 0) {
      line.append('/').append(p.total());
      line.append(" (").append((int) Math.floor(100.0 * p.step() / p.total())).append("%)");
    }
    p.metrics().entrySet().forEach(m -> line.append(' ').append(metric(m, "=")));
    return line.toString();
  }

  private static String metric(Map.Entry<String, Double> metric, String separator) {
    return Columns.oneLine(metric.getKey()) + separator + Numbers.metric(metric.getValue());
  }

  private static Duration wholeSeconds(Duration d) {
    return Duration.ofSeconds(Math.max(0, d.toSeconds()));
  }
}
