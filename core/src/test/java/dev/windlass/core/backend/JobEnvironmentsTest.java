package dev.windlass.core.backend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.windlass.core.context.JobEnvironment;
import dev.windlass.core.job.EmptyDir;
import dev.windlass.core.job.EnvValue;
import dev.windlass.core.job.GpuJob;
import dev.windlass.core.job.GpuRequest;
import dev.windlass.core.job.Memory;
import dev.windlass.core.job.PersistentVolumeClaim;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JobEnvironmentsTest {
  private static GpuJob.Builder job() {
    return GpuJob.builder("train");
  }

  @Test
  void of_plainJob_isWhatEveryJobHas() {
    assertThat(JobEnvironments.of(job().build()))
        .containsOnly(
            literal("WINDLASS_JOB", "train"),
            literal("WINDLASS_WORLD_SIZE", "1"),
            literal("WINDLASS_MEMORY_GROWTH", "false"),
            literal("WINDLASS_TERMINATION_GRACE_SECONDS", "30"));
  }

  @Test
  void of_whatTheJobSays_isInItsVariable() {
    assertThat(
            JobEnvironments.of(
                job()
                    .env("MODE", EnvValue.fromConfigMap("settings", "mode"))
                    .gpu(GpuRequest.of(1).memoryLimit(Memory.gib(8)))
                    .mount(EmptyDir.disk(), "/data/")
                    .mount(EmptyDir.disk(), "/checkpoints")
                    .terminationGrace(Duration.ofMinutes(2))
                    .build()))
        .contains(
            Map.entry("MODE", EnvValue.fromConfigMap("settings", "mode")),
            literal("WINDLASS_GPU_MEMORY_LIMIT", "8589934592"),
            literal("WINDLASS_DATA_DIR", "/data"),
            literal("WINDLASS_CHECKPOINT_DIR", "/checkpoints"),
            literal("WINDLASS_TERMINATION_GRACE_SECONDS", "120"));
    assertThat(JobEnvironments.of(job().mount(EmptyDir.disk(), "/data/sub").build()))
        .doesNotContainKey(JobEnvironment.DATA_DIR);
  }

  @Test
  void of_memoryGrowth_setsWhatEachFrameworkReads() {
    assertThat(JobEnvironments.of(job().memoryGrowth(true).build()))
        .contains(
            literal("WINDLASS_MEMORY_GROWTH", "true"),
            literal("TF_FORCE_GPU_ALLOW_GROWTH", "true"),
            literal("XLA_PYTHON_CLIENT_PREALLOCATE", "false"),
            literal("PYTORCH_ALLOC_CONF", "expandable_segments:True"),
            literal("PYTORCH_CUDA_ALLOC_CONF", "expandable_segments:True"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "TF_FORCE_GPU_ALLOW_GROWTH",
        "XLA_PYTHON_CLIENT_PREALLOCATE",
        "PYTORCH_ALLOC_CONF",
        "PYTORCH_CUDA_ALLOC_CONF"
      })
  void of_memoryGrowth_theUsersOwnValueWins(String name) {
    assertThat(JobEnvironments.of(job().memoryGrowth(true).env(name, "mine").build()))
        .contains(literal(name, "mine"));
  }

  @Test
  void of_memoryGrowth_pytorchsOldNameIsNotHiddenByItsNewOne() {
    GpuJob old = job().memoryGrowth(true).env("PYTORCH_CUDA_ALLOC_CONF", "mine").build();
    assertThat(JobEnvironments.of(old)).doesNotContainKey("PYTORCH_ALLOC_CONF");
    GpuJob both = old.toBuilder().env("PYTORCH_ALLOC_CONF", "mine too").build();
    assertThat(JobEnvironments.of(both)).contains(literal("PYTORCH_ALLOC_CONF", "mine too"));
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

  private static Map.Entry<String, EnvValue> literal(String name, String value) {
    return Map.entry(name, EnvValue.of(value));
  }
}
