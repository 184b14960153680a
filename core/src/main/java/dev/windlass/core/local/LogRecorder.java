package dev.windlass.core.local;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.stream.Stream;

/**
 * Writes down when a program wrote what. The program itself writes into plain files, so that it
 * needs nobody who reads a pipe; this looks at their sizes every few milliseconds and adds a line
 * to {@code times} for each file that grew: the time in microseconds since 1970, {@code o} or
 * {@code e}, and the size. Times never go back. What was written between two looks has the time of
 * the last write of them.
 */
final class LogRecorder {
  private final AttemptFolder attempt;
  private long stdout;
  private long stderr;
  private long last;

  /** Goes on where an earlier one stopped. */
  LogRecorder(AttemptFolder attempt) throws IOException {
    this.attempt = attempt;
    if (!Files.exists(attempt.times())) {
      Files.createFile(attempt.times());
      return;
    }
    if (!JobFolder.endsLine(attempt.times())) {
      // Half a line. It may be read already, so it stays, as one that says nothing.
      Files.writeString(attempt.times(), " ?\n", StandardOpenOption.APPEND);
    }
    try (Stream<String> lines = Files.lines(attempt.times())) {
      lines.forEach(line -> LogTime.parse(line).ifPresent(this::seen));
    }
  }

  private void seen(LogTime time) {
    last = time.micros();
    if (time.isStderr()) {
      stderr = time.end();
    } else {
      stdout = time.end();
    }
  }

  /**
   * Writes down what came since the last time.
   *
   * @return whether anything did
   */
  boolean record() throws IOException {
    LogTime out = grown(attempt.stdout(), false, stdout);
    LogTime err = grown(attempt.stderr(), true, stderr);
    String lines = (out.end() > stdout ? out + "\n" : "") + (err.end() > stderr ? err + "\n" : "");
    if (!lines.isEmpty()) {
      Files.write(
          attempt.times(), lines.getBytes(StandardCharsets.UTF_8), StandardOpenOption.APPEND);
      stdout = out.end();
      stderr = err.end();
    }
    return !lines.isEmpty();
  }

  private LogTime grown(Path file, boolean isStderr, long before) throws IOException {
    try {
      BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
      if (now.size() > before) {
        Instant written = now.lastModifiedTime().toInstant();
        last = Math.max(last, ChronoUnit.MICROS.between(Instant.EPOCH, written));
      }
      return new LogTime(last, isStderr, Math.max(before, now.size()));
    } catch (NoSuchFileException e) {
      return new LogTime(last, isStderr, before);
    }
  }
}
