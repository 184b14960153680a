package dev.windlass.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.windlass.core.backend.JobStatus;
import dev.windlass.core.backend.Phase;
import dev.windlass.core.local.LocalBackend;
import java.nio.file.Path;
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
}
