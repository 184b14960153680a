package dev.windlass.core.backend;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Which part of a job's log to read.
 *
 * @param follow whether to wait for more until the job ends
 * @param since leave out what was written before
 * @param tail of what is there at the call, only so many lines
 * @param keepIn a file to which every line read is added, as time, attempt, stream and text
 */
public record LogOptions(
    boolean follow, Optional<Instant> since, OptionalInt tail, Optional<Path> keepIn) {

  /** What is there now, and no more. */
  public static LogOptions all() {
    return new LogOptions(false, Optional.empty(), OptionalInt.empty(), Optional.empty());
  }

  /** From the start until the job ends. */
  public static LogOptions following() {
    return new LogOptions(true, Optional.empty(), OptionalInt.empty(), Optional.empty());
  }

  /** The same without what was written before. */
  public LogOptions since(Instant time) {
    return new LogOptions(follow, Optional.of(time), tail, keepIn);
  }

  /**
   * The same with only the last lines of what is there.
   *
   * @throws IllegalArgumentException if that is less than 0
   */
  public LogOptions tail(int lines) {
    if (lines < 0) {
      throw new IllegalArgumentException("The tail of a log has 0 lines or more, not " + lines);
    }
    return new LogOptions(follow, since, OptionalInt.of(lines), keepIn);
  }

  /** The same, with every line read also added to a file. */
  public LogOptions keepIn(Path file) {
    return new LogOptions(follow, since, tail, Optional.of(file));
  }
}
