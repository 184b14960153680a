package dev.windlass.kube;

import dev.windlass.core.job.GpuJob;
import dev.windlass.kube.render.JobRenderer;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import java.time.Instant;

/** Jobs as the API server would give them. */
public final class TestJobs {
  private TestJobs() {}

  public static GpuJob gpuJob(String name) {
    return GpuJob.builder(name).image("image:1").command("run").build();
  }

  /** A Job that was just made. */
  public static Job created(String name, String uid) {
    return created(gpuJob(name), uid);
  }

  public static Job created(GpuJob job, String uid) {
    return new JobBuilder((Job) JobRenderer.render(job, Instant.EPOCH).get(0))
        .editMetadata()
        .withNamespace("team")
        .withUid(uid)
        .withResourceVersion("10")
        .withCreationTimestamp("2026-03-01T10:00:00Z")
        .endMetadata()
        .build();
  }

  /** The same, later: its controller has seen it. */
  public static Job started(Job job) {
    return new JobBuilder(job)
        .editMetadata()
        .withResourceVersion("20")
        .endMetadata()
        .withNewStatus()
        .withStartTime("2026-03-01T10:00:01Z")
        .endStatus()
        .build();
  }

  /** The same, at its end. */
  public static Job complete(Job job) {
    return new JobBuilder(job)
        .editMetadata()
        .withResourceVersion("30")
        .endMetadata()
        .withNewStatus()
        .addNewCondition()
        .withType("Complete")
        .withStatus("True")
        .withLastTransitionTime("2026-03-01T10:01:00Z")
        .endCondition()
        .endStatus()
        .build();
  }
}
