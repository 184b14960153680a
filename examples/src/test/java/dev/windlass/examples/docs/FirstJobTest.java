package dev.windlass.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.windlass.core.backend.JobHandle;
import dev.windlass.core.backend.JobStatus;
import dev.windlass.core.backend.Phase;
import dev.windlass.core.local.LocalBackend;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class FirstJobTest {
  @Test
  @Timeout(60)
  void firstJob_onThisMachine_succeeds(@TempDir Path home) {
    try (LocalBackend backend = LocalBackend.builder().home(home).simulatedGpus(1).open()) {
      JobStatus end = FirstJob.run(backend);
      assertThat(end.phase()).isEqualTo(Phase.SUCCEEDED);
      assertThat(end.attempts()).hasSize(1);
      backend.attach(end.name()).delete();
    }
  }

  @Test
  @Timeout(60)
  void programOfTheReadme_runsInItsJob(@TempDir Path home) {
    try (LocalBackend backend = LocalBackend.builder().home(home).simulatedGpus(1).open()) {
      JobHandle job = backend.submit(Snippets.jobOfThatProgram());
      JobStatus end = job.await(Duration.ofSeconds(60));
      assertThat(end.phase()).as(end.message()).isEqualTo(Phase.SUCCEEDED);
      assertThat(home.resolve("volumes/claims/models/checkpoints/model.bin")).hasContent("50");
      job.delete();
    }
  }
}
