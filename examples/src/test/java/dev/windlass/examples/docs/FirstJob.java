package dev.windlass.examples.docs;

// begin: first job
import dev.windlass.core.backend.Backend;
import dev.windlass.core.backend.JobHandle;
import dev.windlass.core.backend.JobStatus;
import dev.windlass.core.backend.LogOptions;
import dev.windlass.core.backend.LogStream;
import dev.windlass.core.job.GpuJob;
import dev.windlass.core.job.Memory;
import dev.windlass.core.local.LocalBackend;
import dev.windlass.kube.KubernetesBackend;
import java.time.Duration;

public final class FirstJob {
  static GpuJob job() {
    return GpuJob.builder("first-job")
        .image("busybox:1.36")
        .runAsUser(65532) // This image's own user is root, and that is refused unless asked for.
        .command("sh", "-c", "echo GPUs: $NVIDIA_VISIBLE_DEVICES; sleep 2; echo done")
        .gpus(1)
        .memory(Memory.gib(1))
        .retries(2)
        .deadline(Duration.ofMinutes(30))
        .build();
  }

  static JobStatus run(Backend backend) {
    JobHandle job = backend.submit(job());
    try (LogStream log = job.logs(LogOptions.following())) {
      log.forEach(line -> System.out.println(line.text()));
    }
    return job.await(Duration.ofMinutes(30));
  }

  public static void main(String[] args) {
    boolean cluster = args.length > 0 && args[0].equals("kubernetes");
    try (Backend backend =
        cluster ? KubernetesBackend.connect() : LocalBackend.builder().simulatedGpus(1).open()) {
      JobStatus end = run(backend);
      System.out.println(end.name() + ": " + end.phase() + " " + end.message());
    }
  }
}
// end: first job
