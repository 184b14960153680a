package dev.windlass.core.backend;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A {@link JobStatus} as JSON: the records' own names, times as ISO 8601 in UTC, enum constants by
 * name; what is not known is left out.
 */
public final class JobStatusJson {
  private JobStatusJson() {}

  /** The status as a JSON object. */
  public static ObjectNode write(JobStatus s) {
    ObjectNode out = JsonNodeFactory.instance.objectNode();
    out.put("name", s.name()).put("phase", s.phase().name()).put("reason", s.reason().name());
    out.put("message", s.message()).put("remedy", s.remedy());
    out.put("submittedAt", s.submittedAt().toString());
    s.startedAt().ifPresent(t -> out.put("startedAt", t.toString()));
    s.finishedAt().ifPresent(t -> out.put("finishedAt", t.toString()));
    out.putArray("attempts");
    for (Attempt a : s.attempts()) {
      ObjectNode node = out.withArray("/attempts").addObject();
      node.put("number", a.number()).put("replica", a.replica());
      a.node().ifPresent(v -> node.put("node", v));
      a.pod().ifPresent(v -> node.put("pod", v));
      a.startedAt().ifPresent(t -> node.put("startedAt", t.toString()));
      a.finishedAt().ifPresent(t -> node.put("finishedAt", t.toString()));
      a.exitCode().ifPresent(v -> node.put("exitCode", v));
      node.put("reason", a.reason().name()).put("message", a.message());
    }
    return out;
  }

  /**
   * The status in a JSON object.
   *
   * @throws RuntimeException if it was not written by {@link #write}
   */
  public static JobStatus read(JsonNode in) {
    List<Attempt> attempts = new ArrayList<>();
    for (JsonNode a : in.path("attempts")) {
      attempts.add(
          new Attempt(
              a.path("number").intValue(),
              a.path("replica").intValue(),
              text(a, "node"),
              text(a, "pod"),
              text(a, "startedAt").map(Instant::parse),
              text(a, "finishedAt").map(Instant::parse),
              a.has("exitCode")
                  ? OptionalInt.of(a.path("exitCode").intValue())
                  : OptionalInt.empty(),
              Reason.valueOf(a.path("reason").asText()),
              a.path("message").asText()));
    }
    return new JobStatus(
        in.path("name").asText(),
        Phase.valueOf(in.path("phase").asText()),
        Reason.valueOf(in.path("reason").asText()),
        in.path("message").asText(),
        in.path("remedy").asText(),
        Instant.parse(in.path("submittedAt").asText()),
        text(in, "startedAt").map(Instant::parse),
        text(in, "finishedAt").map(Instant::parse),
        attempts);
  }

  private static Optional<String> text(JsonNode in, String key) {
    return in.hasNonNull(key) ? Optional.of(in.path(key).asText()) : Optional.empty();
  }
}
