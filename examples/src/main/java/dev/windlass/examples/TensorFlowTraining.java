package dev.windlass.examples;

import dev.windlass.core.backend.JobHandle;
import dev.windlass.core.backend.LogOptions;
import dev.windlass.core.backend.LogStream;
import dev.windlass.core.job.GpuJob;
import dev.windlass.core.job.Nfs;
import dev.windlass.kube.KubernetesBackend;
import dev.windlass.kube.render.JobRenderer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Trains with TensorFlow on one GPU, with data on an NFS server. Prints the Kubernetes objects;
 * with the argument {@code submit} it submits the job to the current cluster of the kubeconfig and
 * prints its log.
 */
public final class TensorFlowTraining {
  private TensorFlowTraining() {}

  /** The job. */
  public static GpuJob job() {
    return GpuJob.builder("tensorflow-training")
        .image("tensorflow-training:latest")
        .command("python", "/app/train.py")
        .gpus(1)
        .memoryGrowth(true)
        .mount(Nfs.of("nfs-server.default.svc.cluster.local", "/exports"), "/data")
        .build();
  }

  /** Prints the job as Kubernetes objects, or submits it with {@code submit}. */
  public static void main(String[] args) {
    if (!List.of(args).contains("submit")) {
      System.out.print(JobRenderer.toYaml(JobRenderer.render(job(), Instant.now())));
      return;
    }
    try (KubernetesBackend backend = KubernetesBackend.connect()) {
      JobHandle job = backend.submit(job());
      try (LogStream log = job.logs(LogOptions.following())) {
        log.forEach(line -> System.out.println(line.text()));
      }
      System.out.println(job.await(Duration.ofMinutes(1)));
    }
  }
}
