package dev.windlass.core.backend;

import dev.windlass.core.context.JobEnvironment;
import dev.windlass.core.job.EnvValue;
import dev.windlass.core.job.GpuJob;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/** The environment variables that follow from a job's description, the same on every backend. */
public final class JobEnvironments {
  /**
   * What makes other frameworks take GPU memory as they need it. TensorFlow: guide/gpu; JAX: GPU
   * memory allocation; PyTorch: CUDA semantics, under its new name and its old one.
   */
  private static final Map<String, String> GROWTH =
      Map.of(
          "TF_FORCE_GPU_ALLOW_GROWTH", "true",
          "XLA_PYTHON_CLIENT_PREALLOCATE", "false",
          "PYTORCH_ALLOC_CONF", "expandable_segments:True",
          "PYTORCH_CUDA_ALLOC_CONF", "expandable_segments:True");

  private JobEnvironments() {}

  /**
   * The job's own variables and those that Windlass adds, by name. A value that the job sets wins.
   * What differs from attempt to attempt, and the deadline, is the backend's to add.
   */
  public static Map<String, EnvValue> of(GpuJob job) {
    Map<String, EnvValue> env = new TreeMap<>();
    if (job.memoryGrowth()) {
      GROWTH.forEach((name, value) -> env.put(name, EnvValue.of(value)));
    }
    env.putAll(job.env());
    onlyOldName(job, env);
    set(env, JobEnvironment.JOB, job.name());
    set(env, JobEnvironment.WORLD_SIZE, "1");
    set(env, JobEnvironment.MEMORY_GROWTH, Boolean.toString(job.memoryGrowth()));
    set(env, JobEnvironment.TERMINATION_GRACE, Long.toString(job.terminationGrace().toSeconds()));
    job.gpu()
        .memoryLimit()
        .ifPresent(m -> set(env, JobEnvironment.GPU_MEMORY_LIMIT, Long.toString(m.bytes())));
    if (hasMountAt(job, JobEnvironment.DATA_MOUNT)) {
      set(env, JobEnvironment.DATA_DIR, JobEnvironment.DATA_MOUNT);
      set(env, JobEnvironment.CHECKPOINT_DIR, JobEnvironment.DATA_MOUNT + "/checkpoints");
    }
    if (hasMountAt(job, JobEnvironment.CHECKPOINT_MOUNT)) {
      set(env, JobEnvironment.CHECKPOINT_DIR, JobEnvironment.CHECKPOINT_MOUNT);
    }
    return Collections.unmodifiableMap(env);
  }

  /** PyTorch prefers its new name, which must not hide what the job says under the old one. */
  private static void onlyOldName(GpuJob job, Map<String, EnvValue> env) {
    if (job.env().containsKey("PYTORCH_CUDA_ALLOC_CONF")
        && !job.env().containsKey("PYTORCH_ALLOC_CONF")) {
      env.remove("PYTORCH_ALLOC_CONF");
    }
  }

  private static boolean hasMountAt(GpuJob job, String path) {
    return job.mounts().stream().anyMatch(m -> m.path().replaceAll("/+$", "").equals(path));
  }

  private static void set(Map<String, EnvValue> env, String name, String value) {
    env.put(name, EnvValue.of(value));
  }
}
