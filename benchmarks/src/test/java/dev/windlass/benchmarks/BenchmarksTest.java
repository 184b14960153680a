package dev.windlass.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every benchmark still runs, and stands beside a peer. */
class BenchmarksTest {
  @TempDir Path folder;

  @Test
  void main_smoke_everyTableHasOursAndAPeer() throws Exception {
    assumeTrue(
        Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
            .anyMatch(dir -> Files.isExecutable(Path.of(dir, "cc"))),
        "skipped: there is no C compiler 'cc' to build the fake driver with");

    Path json = folder.resolve("benchmarks.json");
    String output = run("--effort", "smoke", "--root", "..", "--json", json.toString());

    JsonNode tables = new ObjectMapper().readTree(json.toFile()).path("tables");
    assertThat(tables)
        .as(output)
        .extracting(table -> table.path("name").asText().replaceAll(", .*", ""))
        .containsOnlyOnceElementsOf(List.of("Kernel launch", "Cold start"))
        .contains("Allocate and free", "Memory: peak held / peak live");
    for (JsonNode table : tables) {
      List<JsonNode> rows = StreamSupport.stream(table.path("rows").spliterator(), false).toList();
      assertThat(rows).as(table.path("name").asText()).hasSizeGreaterThan(2);
      assertThat(rows)
          .allSatisfy(
              row -> {
                List<JsonNode> numbers = new ArrayList<>();
                row.elements().forEachRemaining(cell -> numbers.add(cell));
                assertThat(numbers).filteredOn(JsonNode::isNumber).isNotEmpty();
                assertThat(numbers)
                    .filteredOn(JsonNode::isNumber)
                    .allSatisfy(n -> assertThat(n.asDouble()).isNotNegative().isFinite());
              });
    }
    assertThat(folder.resolve("fragmentation.html")).content().contains("<svg", "Windlass");
  }

  private static String run(String... words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of("-cp", System.getProperty("java.class.path"), Benchmarks.class.getName()));
    command.addAll(List.of(words));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }
}
