package dev.windlass.kube.log;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;

/**
 * A line as the kubelet gives it with {@code timestamps=true}: a time, a space, the text.
 *
 * @param time when the container runtime got the line
 * @param text what the program wrote
 */
record StampedLine(Instant time, String text) {
  private static final int SHORTEST = "2000-01-01T00:00:00Z".length();
  private static final int LONGEST = "2000-01-01T00:00:00.000000000+00:00".length();

  /** Reads a line; empty if it does not begin with a time. */
  static Optional<StampedLine> parse(String line) {
    int space = line.indexOf(' ');
    int end = space < 0 ? line.length() : space;
    if (end < SHORTEST || end > LONGEST || line.charAt(4) != '-' || line.charAt(10) != 'T') {
      return Optional.empty();
    }
    try {
      Instant time = Instant.parse(line.substring(0, end));
      return Optional.of(new StampedLine(time, space < 0 ? "" : line.substring(space + 1)));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }
}
