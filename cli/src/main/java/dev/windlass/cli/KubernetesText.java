package dev.windlass.cli;

import dev.windlass.core.job.GpuJob;
import dev.windlass.kube.render.JobRenderer;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesListBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Instant;
import java.util.List;

/**
 * A job as Kubernetes objects, as text. Apart from the command, whose methods are looked at, with
 * their types, whenever any command runs.
 */
final class KubernetesText {
  private KubernetesText() {}

  static String yaml(GpuJob job, Instant submittedAt) {
    return JobRenderer.toYaml(JobRenderer.render(job, submittedAt));
  }

  /** Several objects become a list, which kubectl takes as well. */
  static String json(GpuJob job, Instant submittedAt) {
    List<HasMetadata> objects = JobRenderer.render(job, submittedAt);
    return Serialization.asJson(
        objects.size() == 1
            ? objects.get(0)
            : new KubernetesListBuilder().withItems(objects).build());
  }
}
