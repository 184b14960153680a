package dev.windlass.core.backend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.windlass.core.context.JobEnvironment;
import dev.windlass.core.job.EnvValue;
import dev.windlass.core.job.GpuJob;
import dev.windlass.core.job.PersistentVolumeClaim;
import org.junit.jupiter.api.Test;

class JobEnvironmentsTest {
  private static GpuJob.Builder job() {
    return GpuJob.builder("a").command("true");
  }

  @Test
  void checkpoints_withoutAMountOfTheirOwn_areInTheDataDirectory() {
    GpuJob data = job().mount(PersistentVolumeClaim.of("d"), "/data/").build();
    assertThat(JobEnvironments.of(data))
        .containsEntry(JobEnvironment.DATA_DIR, EnvValue.of("/data"))
        .containsEntry(JobEnvironment.CHECKPOINT_DIR, EnvValue.of("/data/checkpoints"));
  }

  @Test
  void checkpoints_withAMountOfTheirOwn_areThere() {
    GpuJob both =
        job()
            .mount(PersistentVolumeClaim.of("c"), "/checkpoints")
            .mount(PersistentVolumeClaim.of("d"), "/data")
            .build();
    assertThat(JobEnvironments.of(both))
        .containsEntry(JobEnvironment.CHECKPOINT_DIR, EnvValue.of("/checkpoints"));
    assertThat(JobEnvironments.of(job().build()))
        .doesNotContainKeys(JobEnvironment.DATA_DIR, JobEnvironment.CHECKPOINT_DIR);
  }
}
