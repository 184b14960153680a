package dev.windlass.core.backend;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.windlass.core.context.Fault;
import dev.windlass.core.context.JobEnvironment;
import java.util.Optional;

/** Finds what {@code JobContext.reportFault} wrote in what a program has left behind. */
public final class FaultLine {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private FaultLine() {}

  /**
   * The first fault in a text, with message and remedy filled in; empty if there is none that this
   * version understands.
   *
   * @param text as it comes from a program that nobody needs to trust
   */
  public static Optional<Fault> find(String text) {
    return text.lines()
        .filter(line -> line.startsWith(JobEnvironment.FAULT_PREFIX))
        .flatMap(line -> parse(line.substring(JobEnvironment.FAULT_PREFIX.length())).stream())
        .findFirst();
  }

  /** The reason of a job that failed with such a fault. */
  public static Reason reason(Fault.Kind kind) {
    return switch (kind) {
      case GPU_OUT_OF_MEMORY -> Reason.GPU_OUT_OF_MEMORY;
      case GPU_FAULT -> Reason.GPU_FAULT;
      case DRIVER_MISMATCH -> Reason.DRIVER_MISMATCH;
    };
  }

  private static Optional<Fault> parse(String json) {
    try {
      JsonNode fault = JSON.readTree(json);
      for (Fault.Kind kind : Fault.Kind.values()) {
        if (kind.name().equals(fault.path("reason").asText())) {
          String message = fault.path("message").asText().strip();
          String remedy = fault.path("remedy").asText().strip();
          return Optional.of(
              new Fault(
                  kind,
                  message.isEmpty() ? reason(kind).description() : message,
                  remedy.isEmpty() ? reason(kind).remedy() : remedy));
        }
      }
      return Optional.empty();
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }
}
