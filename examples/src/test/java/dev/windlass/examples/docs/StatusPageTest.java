package dev.windlass.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.windlass.core.backend.JobHandle;
import dev.windlass.core.backend.JobStatus;
import dev.windlass.core.backend.Phase;
import dev.windlass.core.backend.Reason;
import dev.windlass.core.context.Fault;
import dev.windlass.core.job.GpuJob;
import dev.windlass.core.local.LocalBackend;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page on states names every phase and every reason, as the code does. */
class StatusPageTest {
  private static final List<List<String>> ROWS = Document.of("docs/status.md").rows();

  @Test
  void phasesAndReasons_areThoseOfTheCode_inTheirOrder() {
    List<String> expected = new ArrayList<>();
    Stream.of(Phase.values()).map(Phase::name).forEach(expected::add);
    Stream.of(Reason.values()).map(Reason::name).forEach(expected::add);
    assertThat(ROWS).extracting(r -> Document.code(r.get(0))).isEqualTo(expected);
  }

  @Test
  void whatAProgramSays_asThePageShowsIt_isTheReason(@TempDir Path home) {
    List<Document.Block> scripts = Document.of("docs/status.md").blocks("sh");
    assertThat(scripts).hasSize(1);
    try (LocalBackend backend = LocalBackend.builder().home(home).open()) {
      JobHandle job =
          backend.submit(GpuJob.builder("says").command("sh", "-c", scripts.get(0).text()).build());
      JobStatus status = job.await(Duration.ofSeconds(30));
      assertThat(status.reason()).isEqualTo(Reason.GPU_FAULT);
      assertThat(status.message())
          .isEqualTo("Xid 79: the GPU has fallen off the bus (exit code 3)");
      assertThat(status.remedy()).isEqualTo("Drain the node");
      job.delete();
    }
  }

  @Test
  void kindsOfFaults_areNamed() {
    String page = Document.of("docs/status.md").text();
    for (Fault.Kind kind : Fault.Kind.values()) {
      assertThat(page.substring(page.indexOf("## What a program says"))).contains("`" + kind + "`");
    }
  }

  @Test
  void reasons_haveTheirMeaningAndRemedy() {
    for (Reason reason : Reason.values()) {
      // CANCELLED is a phase too, which has fewer cells.
      assertThat(ROWS)
          .filteredOn(row -> row.size() == 4)
          .filteredOn(row -> Document.code(row.get(0)).equals(reason.name()))
          .singleElement()
          .satisfies(row -> assertThat(row.get(1)).isEqualTo(reason.description()))
          .satisfies(row -> assertThat(row.get(2)).isEqualTo(reason.remedy()));
    }
  }
}
