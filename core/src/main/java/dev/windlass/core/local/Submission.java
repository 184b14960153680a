package dev.windlass.core.local;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What was settled when a job was submitted.
 *
 * @param id tells this job from an earlier or later one of the same name
 * @param digest what {@code JobFile.digest} says of the description
 * @param submittedAt when
 * @param gpus how many GPUs it needs
 * @param eligible which of this machine's GPUs will do
 * @param ttlAfterFinished how long it is kept after its end, if not for ever
 */
record Submission(
    String id,
    String digest,
    Instant submittedAt,
    int gpus,
    List<Integer> eligible,
    Optional<Duration> ttlAfterFinished) {
  private static final ObjectMapper JSON = new ObjectMapper();

  String toJson() {
    ObjectNode out = JSON.createObjectNode();
    out.put("id", id).put("digest", digest).put("submittedAt", submittedAt.toString());
    out.put("gpus", gpus);
    eligible.forEach(out.putArray("eligible")::add);
    ttlAfterFinished.ifPresent(ttl -> out.put("ttlAfterFinished", ttl.toString()));
    return out + "\n";
  }

  /**
   * Reads what {@link #toJson} wrote.
   *
   * @throws IOException if it was not
   */
  static Submission read(String json) throws IOException {
    try {
      JsonNode in = JSON.readTree(json);
      List<Integer> eligible = new ArrayList<>();
      in.path("eligible").forEach(i -> eligible.add(i.intValue()));
      return new Submission(
          in.path("id").asText(),
          in.path("digest").asText(),
          Instant.parse(in.path("submittedAt").asText()),
          in.path("gpus").intValue(),
          List.copyOf(eligible),
          in.has("ttlAfterFinished")
              ? Optional.of(Duration.parse(in.path("ttlAfterFinished").asText()))
              : Optional.empty());
    } catch (JsonProcessingException | DateTimeParseException e) {
      throw new IOException("It is damaged: " + e.getMessage(), e);
    }
  }
}
