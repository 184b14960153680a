package dev.windlass.core.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.windlass.core.backend.JobEvent;
import dev.windlass.core.backend.LogLine;
import dev.windlass.core.backend.ProgressLine;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JobContextTest {
  private static JobContext of(Map<String, String> env) {
    return JobContext.of(env, System.out);
  }

  @Test
  void everyField_isReadFromItsVariable() {
    JobContext job =
        of(
            Map.of(
                "WINDLASS_JOB", "train",
                "WINDLASS_FAILED_ATTEMPTS", "2",
                "WINDLASS_REPLICA", "1",
                "WINDLASS_WORLD_SIZE", "4",
                "WINDLASS_DATA_DIR", "/data",
                "WINDLASS_CHECKPOINT_DIR", "/saved",
                "WINDLASS_GPU_MEMORY_LIMIT", "8589934592",
                "WINDLASS_MEMORY_GROWTH", "true",
                "WINDLASS_DEADLINE", "2026-11-24T10:00:00Z",
                "WINDLASS_TERMINATION_GRACE_SECONDS", "30"));
    assertThat(job.job()).contains("train");
    assertThat(job.attempt()).isEqualTo(3);
    assertThat(job.replica()).isEqualTo(1);
    assertThat(job.worldSize()).isEqualTo(4);
    assertThat(job.dataDirectory()).contains(Path.of("/data"));
    assertThat(job.checkpointDirectory()).contains(Path.of("/saved"));
    assertThat(job.gpuMemoryLimit()).hasValue(8L << 30);
    assertThat(job.memoryGrowth()).contains(true);
    assertThat(job.deadline()).contains(Instant.parse("2026-11-24T10:00:00Z"));
    assertThat(job.terminationGrace()).contains(Duration.ofSeconds(30));
    assertThat(of(Map.of("WINDLASS_MEMORY_GROWTH", "false")).memoryGrowth()).contains(false);
  }

  @Test
  void names_areAllVariablesOfTheContract() throws IllegalAccessException {
    for (var field : JobEnvironment.class.getFields()) {
      if (field.getType() == String.class && field.get(null).toString().startsWith("WINDLASS_")) {
        assertThat(JobEnvironment.NAMES).contains(field.get(null).toString());
      }
    }
    assertThat(JobEnvironment.NAMES).hasSize(11);
  }

  @Test
  void outsideAJob_allIsEmpty() {
    assertEmpty(of(Map.of("PATH", "/bin")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "  ", "x", "-1", "1.5", "99999999999999999999", "0x10", "1 2"})
  void malformedValue_countsAsNotSet(String value) {
    assertEmpty(
        of(
            Map.of(
                "WINDLASS_JOB", "",
                "WINDLASS_FAILED_ATTEMPTS", value,
                "WINDLASS_REPLICA", value,
                "WINDLASS_WORLD_SIZE", value,
                "WINDLASS_GPU_MEMORY_LIMIT", value,
                "WINDLASS_MEMORY_GROWTH", value,
                "WINDLASS_DEADLINE", value,
                "WINDLASS_TERMINATION_GRACE_SECONDS", value)));
  }

  @Test
  void numberBeyondInt_countsAsNotSet() {
    for (String value : new String[] {"2147483647", "2147483648", "9223372036854775807"}) {
      JobContext job =
          of(
              Map.of(
                  "WINDLASS_FAILED_ATTEMPTS", value,
                  "WINDLASS_REPLICA", value,
                  "WINDLASS_WORLD_SIZE", value));
      assertThat(job.attempt()).isEqualTo(1);
      assertThat(job.replica()).isZero();
      assertThat(job.worldSize()).isEqualTo(1);
    }
    assertThat(of(Map.of("WINDLASS_WORLD_SIZE", "0")).worldSize()).isEqualTo(1);
  }

  private static void assertEmpty(JobContext job) {
    assertThat(job.job()).isEmpty();
    assertThat(job.attempt()).isEqualTo(1);
    assertThat(job.replica()).isZero();
    assertThat(job.worldSize()).isEqualTo(1);
    assertThat(job.dataDirectory()).isEmpty();
    assertThat(job.checkpointDirectory()).isEmpty();
    assertThat(job.gpuMemoryLimit()).isEmpty();
    assertThat(job.memoryGrowth()).isEmpty();
    assertThat(job.deadline()).isEmpty();
    assertThat(job.terminationGrace()).isEmpty();
  }

  @Test
  void checkpointDirectory_onlyDataMounted_isInTheDataDirectory() {
    assertThat(of(Map.of("WINDLASS_DATA_DIR", "/data")).checkpointDirectory())
        .contains(Path.of("/data/checkpoints"));
  }

  @Property(tries = 300)
  void progress_anyReport_isReadBack(
      @ForAll @LongRange(min = 0) long step,
      @ForAll @LongRange(min = 0) long total,
      @ForAll @Size(max = 5) Map<String, Double> metrics) {
    Map<String, Double> finite = new TreeMap<>(metrics);
    finite.values().removeIf(v -> !Double.isFinite(v));
    Map<String, Double> given = new TreeMap<>(metrics);
    given.put("nan", Double.NaN);
    given.put("infinite", Double.NEGATIVE_INFINITY);
    JobEvent.Progress read = readBack(line(step, total, given));
    assertThat(read.step()).isEqualTo(step);
    assertThat(read.total()).isEqualTo(total);
    assertThat(read.metrics()).isEqualTo(finite);
  }

  @Test
  void progress_oddNames_areOneLineOfAscii() {
    Map<String, Double> metrics = new TreeMap<>();
    for (String name :
        new String[] {
          "",
          "\"",
          "\\",
          "\\u0041",
          "\n",
          "\r\n",
          "\0",
          "\u007f",
          "\u0085",
          "\u2028",
          "\u00e9",
          "\uFEFF",
          "\ud83d\ude80",
          "\ud83d",
          "a b",
          "{}",
          "</script>"
        }) {
      metrics.put(name, 1.0);
    }
    String line = line(1, 2, metrics);
    assertThat(line.chars()).allMatch(c -> c >= ' ' && c < 0x7f);
    assertThat(readBack(line).metrics()).isEqualTo(metrics);
  }

  @Test
  void progress_anyKindOfNumber_isReadBack() {
    JobEvent.Progress read =
        readBack(
            line(
                1,
                0,
                Map.of(
                    "float",
                    0.25f,
                    "long",
                    Long.MAX_VALUE,
                    "tiny",
                    Double.MIN_VALUE,
                    "big",
                    new java.math.BigDecimal("1E+3"),
                    "beyond",
                    new java.math.BigDecimal("1E+999"))));
    assertThat(read.metrics())
        .containsOnly(
            Map.entry("float", 0.25),
            Map.entry("long", (double) Long.MAX_VALUE),
            Map.entry("tiny", Double.MIN_VALUE),
            Map.entry("big", 1000.0));
  }

  @Test
  void progress_lessThanNothing_isRefused() {
    JobContext job = of(Map.of());
    assertThatThrownBy(() -> job.progress(-1, 2, Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("-1 of 2");
    assertThatThrownBy(() -> job.progress(1, -2, Map.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "hello",
        " ::windlass-progress:: {\"step\":1,\"total\":2}",
        "::windlass-progress:: ",
        "::windlass-progress:: {\"step\":1",
        "::windlass-progress:: {\"step\":1,\"total\":\"2\"}",
        "::windlass-progress:: {\"step\":1.5,\"total\":2}",
        "::windlass-progress:: {\"step\":99999999999999999999,\"total\":2}",
        "::windlass-progress:: {\"total\":2}",
        "::windlass-progress:: {\"step\":-1,\"total\":2}",
        "::windlass-progress:: {\"step\":1,\"total\":2} and more",
        "::windlass-progress:: [1,2]",
        "::windlass-progress:: null"
      })
  void parse_whatIsNotAReport_isAnOrdinaryLine(String text) {
    assertThat(ProgressLine.parse(logged(text))).isEmpty();
  }

  @Test
  void parse_oddMetrics_keepsTheNumbers() {
    String head = "::windlass-progress:: {\"step\":1,\"total\":2,\"metrics\":";
    assertThat(readBack(head + "{\"a\":1,\"b\":\"x\",\"c\":null,\"d\":{}}}").metrics())
        .containsOnly(Map.entry("a", 1.0));
    assertThat(readBack(head + "[1,2]}").metrics()).isEmpty();
    assertThat(readBack(head + "{\"a\":1e999}}").metrics()).isEmpty();
    assertThat(ProgressLine.parse(logged(head + "[".repeat(60_000)))).isEmpty();
    assertThat(ProgressLine.parse(logged(head + "{\"" + "x".repeat(70_000) + "\":1}}"))).isEmpty();
  }

  private static JobEvent.Progress readBack(String line) {
    return ProgressLine.parse(logged(line)).orElseThrow();
  }

  private static LogLine logged(String text) {
    return new LogLine(Instant.EPOCH, 1, 0, LogLine.Stream.STDOUT, text);
  }

  /** The line as it arrives from a container, whose standard output is often ASCII. */
  private static String line(long step, long total, Map<String, ? extends Number> metrics) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    JobContext.of(Map.of(), new PrintStream(bytes, false, StandardCharsets.US_ASCII))
        .progress(step, total, metrics);
    String text = bytes.toString(StandardCharsets.US_ASCII);
    assertThat(text).endsWith(System.lineSeparator());
    return text.substring(0, text.length() - System.lineSeparator().length());
  }
}
