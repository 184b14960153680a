package dev.windlass.kube.log;

import dev.windlass.core.backend.LogLine;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Makes one container's log, each line once, out of the answers to as many requests as it takes.
 * Usage: {@link #begin}, {@link #feed} as often as bytes come, {@link #finish} or {@link
 * #interrupt}, and again from {@code begin}. For use by one thread at a time.
 */
final class LogAssembler {
  /** A line longer than this is cut: 1 MiB, time included. */
  static final int MAX_LINE_BYTES = 1 << 20;

  /** How the kubelet begins the text that it sends, without an error status, instead of a log. */
  private static final List<String> REFUSALS =
      List.of(
          "unable to retrieve container logs for ",
          "failed to try resolving symlinks in path ",
          "failed to open log file ");

  private final int attempt;
  private final int replica;
  private final Optional<Instant> since;
  private final LineSplitter splitter;
  private final SeenLines seen = new SeenLines();
  private final Consumer<LogLine> out;
  private Optional<Instant> lastTime = Optional.empty();
  private Instant lineTime = Instant.EPOCH;
  private boolean lineWanted;
  private boolean firstLine = true;
  private boolean resumed;
  private Optional<String> refusal = Optional.empty();

  LogAssembler(
      int attempt, int replica, Optional<Instant> since, int maxLineBytes, Consumer<LogLine> out) {
    this.attempt = attempt;
    this.replica = replica;
    this.since = since;
    this.splitter = new LineSplitter(maxLineBytes);
    this.out = out;
  }

  /**
   * A request for the log is about to be sent.
   *
   * @return from which whole second on the log must be asked for; empty: from its start
   */
  Optional<Instant> begin() {
    splitter.clear();
    refusal = Optional.empty();
    firstLine = true;
    Optional<Instant> resumeAt = seen.resumeAt();
    resumed = resumeAt.isPresent();
    seen.reconnected();
    Optional<Instant> start = since.map(t -> Instant.ofEpochSecond(t.getEpochSecond()));
    return resumeAt.filter(r -> start.isEmpty() || r.isAfter(start.get())).or(() -> start);
  }

  /** Takes the next bytes of the answer. */
  void feed(ByteBuffer bytes) {
    splitter.feed(bytes, this::piece);
  }

  /** The answer was cut off, or more will be written: an unfinished last line is dropped. */
  void interrupt() {
    splitter.clear();
  }

  /** The answer reached to the end of the log: an unfinished last line is a line. */
  void finish() {
    splitter.finish(this::piece);
    if (seen.behind() && refusal.isEmpty()) {
      note("The log was rotated while it was not being read: what " + after() + " may be missing");
    }
  }

  /** What the kubelet said instead of giving the log, if it did. */
  Optional<String> refusal() {
    return refusal;
  }

  /** Says in the log what is missing from it. */
  void note(String text) {
    Instant time = lastTime.or(() -> since).orElseGet(Instant::now);
    out.accept(new LogLine(time, attempt, replica, LogLine.Stream.NOTE, text));
  }

  /** Where the log was read to, as it reads after "what". */
  String after() {
    return lastTime.map(t -> "was written after " + t).orElse("the container wrote");
  }

  private void piece(String text, int part) {
    String rest = text;
    if (part == 0) {
      Optional<StampedLine> stamped = StampedLine.parse(text);
      if (stamped.isPresent()) {
        lineTime = stamped.get().time();
        rest = stamped.get().text();
        lineWanted = since.isEmpty() || !lineTime.isBefore(since.get());
      } else if (firstLine) {
        takeUnstampedStart(text);
      }
      firstLine = false;
    }
    if (lineWanted) {
      deliver(rest, part);
    }
  }

  /**
   * A log that is asked for from a time on may begin in the middle of a line that was written
   * slowly. After a reconnect that line has been read before.
   */
  private void takeUnstampedStart(String text) {
    if (REFUSALS.stream().anyMatch(text::startsWith)) {
      refusal = Optional.of(text);
    }
    lineTime = since.orElse(Instant.EPOCH);
    lineWanted = !resumed && refusal.isEmpty();
  }

  private void deliver(String text, int part) {
    SeenLines.Verdict verdict = seen.offer(lineTime, part, text);
    if (verdict == SeenLines.Verdict.SEEN) {
      return;
    }
    if (verdict == SeenLines.Verdict.NEW_AFTER_GAP) {
      note(
          "The log was rotated while it was not being read: what "
              + after()
              + " and before "
              + lineTime
              + " may be missing");
    }
    lastTime = Optional.of(lineTime);
    if (part == 1) {
      note("The line above is too long: it goes on in the lines below");
    }
    out.accept(new LogLine(lineTime, attempt, replica, LogLine.Stream.OUTPUT, text));
  }
}
