package dev.windlass.core.local;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * One line of a log's {@code times}.
 *
 * @param micros microseconds since 1970
 * @param isStderr which file it is about
 * @param end the file's size then
 */
record LogTime(long micros, boolean isStderr, long end) {
  Instant instant() {
    return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
  }

  static Optional<LogTime> parse(String line) {
    String[] fields = line.split(" ", -1);
    try {
      return fields.length == 3 && (fields[1].equals("o") || fields[1].equals("e"))
          ? Optional.of(
              new LogTime(
                  Long.parseLong(fields[0]), fields[1].equals("e"), Long.parseLong(fields[2])))
          : Optional.empty();
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  @Override
  public String toString() {
    return micros + (isStderr ? " e " : " o ") + end;
  }
}
