package dev.windlass.kube.render;

import dev.windlass.core.job.GpuJob;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.time.Instant;
import java.util.List;

/** From a job to the Kubernetes objects that run it. */
public final class JobRenderer {
  private JobRenderer() {}

  /** The objects: the Job first, then what it owns. */
  public static List<HasMetadata> render(GpuJob job, Instant submittedAt) {
    return List.of();
  }

  /** The objects as YAML documents, as {@code kubectl apply} takes them. */
  public static String toYaml(List<HasMetadata> objects) {
    return "";
  }
}
