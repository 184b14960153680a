package dev.windlass.kube.status;

import io.fabric8.kubernetes.api.model.Event;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads the fields of Kubernetes objects that may be missing. */
final class Fields {
  private Fields() {}

  /**
   * A time as the API server writes it; none if it is missing, malformed or 1970, which is what
   * container runtimes report of a container that never ran.
   */
  static Optional<Instant> parse(@Nullable String time) {
    if (time == null || time.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(OffsetDateTime.parse(time).toInstant())
          .filter(t -> t.isAfter(Instant.EPOCH));
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  /** When an event last happened. Which field says so depends on who wrote the event. */
  static Instant time(Event event) {
    return parse(event.getLastTimestamp())
        .or(
            () ->
                Optional.ofNullable(event.getSeries())
                    .flatMap(s -> Optional.ofNullable(s.getLastObservedTime()))
                    .flatMap(t -> parse(t.getTime())))
        .or(() -> Optional.ofNullable(event.getEventTime()).flatMap(t -> parse(t.getTime())))
        .or(() -> parse(event.getMetadata().getCreationTimestamp()))
        .orElse(Instant.EPOCH);
  }

  /** The text, or an empty one. */
  static String text(@Nullable String text) {
    return text == null ? "" : text.strip();
  }
}
