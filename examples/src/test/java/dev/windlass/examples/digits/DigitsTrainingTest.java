package dev.windlass.examples.digits;

import static org.assertj.core.api.Assertions.assertThat;

import dev.windlass.core.job.EmptyDir;
import dev.windlass.core.job.GpuJob;
import dev.windlass.core.job.InlineFiles;
import dev.windlass.core.jobfile.JobFile;
import org.junit.jupiter.api.Test;

class DigitsTrainingTest {
  @Test
  void job_carriesItsProgram_wellWithinTheLimit() {
    GpuJob job = DigitsTraining.job("image", EmptyDir.disk());
    InlineFiles jars = (InlineFiles) job.mounts().get(0).source();
    assertThat(jars.names()).hasSize(2);
    assertThat(jars.size()).isLessThan(InlineFiles.MAX_BYTES * 3 / 4);
    assertThat(job.command().get(2))
        .isEqualTo("/app/" + jars.names().get(0) + ":/app/" + jars.names().get(1));
    assertThat(job.gpu().count()).isEqualTo(1);
  }

  @Test
  void job_madeTwice_isTheSame() {
    GpuJob one = DigitsTraining.job("image", EmptyDir.disk());
    GpuJob two = DigitsTraining.job("image", EmptyDir.disk());
    assertThat(one).isEqualTo(two);
    assertThat(JobFile.digest(one)).isEqualTo(JobFile.digest(two));
    assertThat(JobFile.digest(DigitsTraining.job("other", EmptyDir.disk())))
        .isNotEqualTo(JobFile.digest(one));
  }

  @Test
  void job_writtenAsFile_isReadBack() {
    GpuJob job = DigitsTraining.job("image", DigitsTraining.localData());
    assertThat(JobFile.read(JobFile.toJson(job), "json")).isEqualTo(job);
    assertThat(JobFile.read(JobFile.toYaml(job), "yaml")).isEqualTo(job);
  }
}
