package dev.windlass.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.windlass.core.jobfile.JobFile;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class TensorFlowTrainingTest {
  @Test
  void job_isTheOneInTheJobFileAndInTheManifest() {
    assertThat(JobFile.read(Path.of("jobs/tensorflow.yaml"))).isEqualTo(TensorFlowTraining.job());
    assertThat(JobFile.readAny(Path.of("jobs/article-pod.yaml")).job())
        .isEqualTo(TensorFlowTraining.job().toBuilder().memoryGrowth(false).build());
  }
}
