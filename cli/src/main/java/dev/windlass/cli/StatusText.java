package dev.windlass.cli;

import dev.windlass.core.backend.Attempt;
import dev.windlass.core.backend.JobStatus;
import dev.windlass.core.backend.Phase;
import dev.windlass.core.backend.Reason;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** A job's status in words and tables. */
final class StatusText {
  private StatusText() {}

  /** The phase as a word: {@code Running}. */
  static String word(Phase phase) {
    return phase.name().charAt(0) + phase.name().substring(1).toLowerCase(Locale.ROOT);
  }

  /** Why the job is where it is; empty if nothing needs saying. */
  static String why(JobStatus status) {
    return !status.message().isEmpty() || status.reason() == Reason.NONE
        ? status.message()
        : status.reason().description();
  }

  /** One line on where the job is now. */
  static String change(JobStatus status, boolean colour) {
    StringBuilder line = new StringBuilder(status.name()).append(" is ");
    line.append(
        Style.of(status.phase()).apply(status.phase().name().toLowerCase(Locale.ROOT), colour));
    Optional<Attempt> last = status.lastAttempt();
    if (status.phase() == Phase.RUNNING) {
      last.flatMap(Attempt::node).ifPresent(node -> line.append(" on ").append(node));
    }
    if (last.isPresent() && last.get().number() > 1) {
      line.append(" (attempt ").append(last.get().number()).append(')');
    }
    String why = Columns.oneLine(why(status));
    if (why.isEmpty()) {
      return line.toString();
    }
    line.append(": ").append(why);
    return status.remedy().isEmpty()
        ? line.toString()
        : sentence(line.toString()) + " " + sentence(Columns.oneLine(status.remedy()));
  }

  private static String sentence(String text) {
    return text.endsWith(".") || text.endsWith("!") || text.endsWith("?") ? text : text + ".";
  }

  /** How it stands with the job, in short. */
  static Fields summary(JobStatus s, Instant now, boolean colour) {
    Fields fields = new Fields(colour);
    fields.add("Job", s.name());
    fields.add("Phase", word(s.phase()), Style.of(s.phase()));
    if (s.reason() != Reason.NONE) {
      fields.add("Reason", s.reason() + ": " + s.reason().description());
    }
    fields.add("Message", s.message());
    fields.add("To do", s.remedy());
    if (s.phase().isFinal()) {
      s.lastAttempt()
          .filter(a -> a.exitCode().isPresent())
          .ifPresent(a -> fields.add("Exit code", "" + a.exitCode().getAsInt()));
    }
    fields.add("Took", took(s, now));
    return fields;
  }

  /** All that is known of the job. */
  static String details(JobStatus s, Instant now, boolean colour, int width) {
    Fields fields = summary(s, now, colour);
    fields.add("Submitted", time(s.submittedAt()));
    s.startedAt().ifPresent(t -> fields.add("Started", time(t)));
    s.finishedAt().ifPresent(t -> fields.add("Finished", time(t)));
    if (s.attempts().isEmpty()) {
      return fields.render();
    }
    Table attempts =
        new Table("ATTEMPT", "REPLICA", "NODE", "POD", "TOOK", "EXIT", "REASON", "MESSAGE");
    for (Attempt a : s.attempts()) {
      attempts.row(
          "" + a.number(),
          "" + a.replica(),
          a.node().orElse(""),
          a.pod().orElse(""),
          a.startedAt().map(t -> between(t, a.finishedAt().orElse(now))).orElse(""),
          a.exitCode().isPresent() ? "" + a.exitCode().getAsInt() : "",
          a.reason() == Reason.NONE ? "" : a.reason().name(),
          a.message());
    }
    return fields.render() + "\n" + attempts.render(colour, width);
  }

  /** Several jobs. */
  static String table(List<JobStatus> jobs, Instant now, boolean colour, int width) {
    Table table = new Table("NAME", "PHASE", "REASON", "ATTEMPTS", "AGE", "TOOK", "MESSAGE");
    for (JobStatus s : jobs) {
      table.row(
          Table.Cell.of(s.name()),
          new Table.Cell(word(s.phase()), Style.of(s.phase())),
          Table.Cell.of(s.reason() == Reason.NONE ? "" : s.reason().name()),
          Table.Cell.of("" + s.attempts().stream().mapToInt(Attempt::number).max().orElse(0)),
          Table.Cell.of(between(s.submittedAt(), now)),
          Table.Cell.of(between(s.submittedAt(), s.finishedAt().orElse(now))),
          Table.Cell.of(s.message()));
    }
    return table.render(colour, width);
  }

  private static String took(JobStatus s, Instant now) {
    Instant end = s.finishedAt().orElse(now);
    String all = between(s.submittedAt(), end);
    return s.startedAt()
        .map(
            start ->
                all
                    + " ("
                    + between(s.submittedAt(), start)
                    + " until its program started, "
                    + between(start, end)
                    + " since)")
        .orElse(all);
  }

  private static String between(Instant from, Instant to) {
    return Numbers.time(Duration.between(from, to));
  }

  private static String time(Instant t) {
    return t.truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
