package dev.windlass.kube.status;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads the fields of Kubernetes objects that may be missing. */
final class Fields {
  private Fields() {}

  /** A time as the API server writes it; none if it is missing or malformed. */
  static Optional<Instant> parse(@Nullable String time) {
    if (time == null || time.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(OffsetDateTime.parse(time).toInstant());
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  /** The text, or an empty one. */
  static String text(@Nullable String text) {
    return text == null ? "" : text.strip();
  }
}
