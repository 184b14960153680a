package dev.windlass.examples.digits;

import dev.windlass.core.backend.Backend;
import dev.windlass.core.backend.JobEvent;
import dev.windlass.core.backend.JobHandle;
import dev.windlass.core.backend.JobStatus;
import dev.windlass.core.backend.LogOptions;
import dev.windlass.core.backend.LogStream;
import dev.windlass.core.backend.Phase;
import dev.windlass.core.context.JobContext;
import dev.windlass.core.job.Cpu;
import dev.windlass.core.job.EmptyDir;
import dev.windlass.core.job.GpuJob;
import dev.windlass.core.job.InlineFiles;
import dev.windlass.core.job.Memory;
import dev.windlass.core.job.MountSource;
import dev.windlass.core.job.PersistentVolumeClaim;
import dev.windlass.core.local.LocalBackend;
import dev.windlass.kube.KubernetesBackend;
import java.time.Duration;
import java.util.stream.Collectors;

/**
 * Trains a classifier of handwritten digits in a GPU job: on this machine, or with the argument
 * {@code kubernetes} on the current cluster of the kubeconfig. The jars of {@link DigitsProgram}
 * travel with the job, so no image has to be built.
 */
public final class DigitsTraining {
  /** An image with a Java runtime and nothing else that the job needs. */
  public static final String IMAGE = "eclipse-temurin:17-jre";

  private DigitsTraining() {}

  /**
   * The job.
   *
   * @param image an image with Java 17 or newer
   * @param data where checkpoints and the model go; what outlives an attempt lets a killed job
   *     resume
   */
  public static GpuJob job(String image, MountSource data) {
    InlineFiles jars = InlineFiles.jarsOf(JobContext.class, DigitsProgram.class);
    String classPath = jars.names().stream().map("/app/"::concat).collect(Collectors.joining(":"));
    return GpuJob.builder("digits-training")
        .image(image)
        .runAsUser(65532) // The image's own user is root, which clusters may refuse.
        .command("java", "-cp", classPath, DigitsProgram.class.getName())
        .args("--epochs", "60", "--pause-millis", "50") // A pause, so that one can watch.
        .gpus(1)
        .memoryGrowth(true)
        .cpu(Cpu.millis(500))
        .memory(Memory.mib(512))
        .mount(jars, "/app")
        .mount(data, "/data")
        .retries(2)
        .build();
  }

  /** Where the data goes if nothing else is said: the folder of the claim {@code digits}. */
  public static MountSource localData() {
    return PersistentVolumeClaim.of("digits");
  }

  /** The same for a cluster, where that claim need not exist: gone with the attempt. */
  public static MountSource clusterData() {
    return EmptyDir.disk();
  }

  /** Runs the job to its end; {@code kubernetes [CLAIM]} runs it on a cluster. */
  public static void main(String[] args) {
    boolean cluster = args.length > 0 && args[0].equals("kubernetes");
    MountSource data = cluster ? clusterData() : localData();
    if (args.length > 1) {
      data = PersistentVolumeClaim.of(args[1]);
    }
    try (Backend backend =
        cluster ? KubernetesBackend.connect() : LocalBackend.builder().simulatedGpus(1).open()) {
      // submit() would find the job of the last run, finished, and run nothing.
      JobHandle job = backend.replace(job(IMAGE, data));
      job.events(DigitsTraining::print);
      JobStatus end = job.await(Duration.ofMinutes(10));
      try (LogStream log = job.logs(LogOptions.all())) {
        log.forEach(line -> System.out.println("  " + line.text()));
      }
      System.out.println(end.name() + ": " + end.phase() + " " + end.message());
      System.exit(end.phase() == Phase.SUCCEEDED ? 0 : 1);
    }
  }

  private static void print(JobEvent event) {
    if (event instanceof JobEvent.Progress p) {
      System.out.println("epoch " + p.step() + " of " + p.total() + " " + p.metrics());
    } else if (event instanceof JobEvent.StatusChanged s) {
      System.out.println(s.status().phase() + " " + s.status().message());
    }
  }
}
