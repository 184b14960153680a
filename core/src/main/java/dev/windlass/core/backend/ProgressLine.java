package dev.windlass.core.backend;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.windlass.core.context.JobEnvironment;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Finds the progress reports of {@code JobContext.progress} among the lines of a log. */
public final class ProgressLine {
  /** A report is a few numbers; what is longer was not written by {@code JobContext}. */
  private static final int MAX_LENGTH = 64 * 1024;

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private ProgressLine() {}

  /** The report in a line of a log; empty if the line is an ordinary one. */
  public static Optional<JobEvent.Progress> parse(LogLine line) {
    String text = line.text();
    if (!text.startsWith(JobEnvironment.PROGRESS_PREFIX) || text.length() > MAX_LENGTH) {
      return Optional.empty();
    }
    try {
      JsonNode report = JSON.readTree(text.substring(JobEnvironment.PROGRESS_PREFIX.length()));
      if (!isCount(report.path("step")) || !isCount(report.path("total"))) {
        return Optional.empty();
      }
      Map<String, Double> metrics = new TreeMap<>();
      report
          .path("metrics")
          .properties()
          .forEach(
              e -> {
                if (e.getValue().isNumber() && Double.isFinite(e.getValue().doubleValue())) {
                  metrics.put(e.getKey(), e.getValue().doubleValue());
                }
              });
      return Optional.of(
          new JobEvent.Progress(
              line.time(),
              line.attempt(),
              line.replica(),
              report.get("step").longValue(),
              report.get("total").longValue(),
              metrics));
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }

  private static boolean isCount(JsonNode number) {
    return number.isIntegralNumber() && number.canConvertToLong() && number.longValue() >= 0;
  }
}
