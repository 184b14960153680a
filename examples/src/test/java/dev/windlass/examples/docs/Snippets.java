package dev.windlass.examples.docs;

import dev.windlass.core.backend.Backend;
import dev.windlass.core.backend.JobEvent;
import dev.windlass.core.backend.JobHandle;
import dev.windlass.core.backend.JobStatus;
import dev.windlass.core.backend.LogOptions;
import dev.windlass.core.context.Fault;
import dev.windlass.core.context.JobContext;
import dev.windlass.core.job.GpuJob;
import dev.windlass.core.job.InlineFiles;
import dev.windlass.core.job.Memory;
import dev.windlass.core.job.PersistentVolumeClaim;
import dev.windlass.core.jobfile.JobFile;
import dev.windlass.core.local.LocalBackend;
import dev.windlass.kube.KubernetesBackend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** The Java of the documents. What stands between a begin and its end is there word for word. */
final class Snippets {
  private Snippets() {}

  static void program() throws IOException {
    // begin: program
    JobContext job = JobContext.current();
    Path folder = job.checkpointDirectory().orElse(Path.of("checkpoints"));
    Path checkpoint = Files.createDirectories(folder).resolve("model.bin");
    Model model = Files.exists(checkpoint) ? Model.read(checkpoint) : new Model();
    while (model.epoch() < 50) {
      double loss = model.train();
      model.save(checkpoint); // A retry, or a pod that replaces this one, goes on from here.
      job.progress(model.epoch(), 50, Map.of("loss", loss));
    }
    // end: program
  }

  static GpuJob jobOfThatProgram() {
    // begin: job of that program
    InlineFiles jars = InlineFiles.jarsOf(JobContext.class, Model.class);
    GpuJob job =
        GpuJob.builder("train")
            .image("eclipse-temurin:17-jre")
            .runAsUser(65532)
            .command("java", "-cp", "/app/*", Model.class.getName())
            .gpus(1)
            .mount(jars, "/app")
            .mount(PersistentVolumeClaim.of("models"), "/data")
            .retries(2)
            .build();
    // end: job of that program
    return job;
  }

  static void fault() {
    // begin: fault
    Fault fault =
        new Fault(Fault.Kind.GPU_OUT_OF_MEMORY, "the batch of 512 does not fit", "Use 256");
    JobContext.current().reportFault(fault);
    // end: fault
  }

  static void events(JobHandle job) {
    // begin: events
    job.events(
        event -> {
          if (event instanceof JobEvent.Progress p) {
            System.out.println(p.step() + " of " + p.total() + " " + p.metrics());
          } else if (event instanceof JobEvent.StatusChanged s) {
            System.out.println(s.status().phase() + " " + s.status().message());
          }
        });
    // end: events
  }

  static JobStatus act(Backend backend, GpuJob job) {
    // begin: act
    JobStatus end = backend.submit(job).await(Duration.ofHours(2));
    switch (end.reason()) {
      case NONE -> System.out.println("done");
      case OUT_OF_MEMORY -> backend.replace(job.toBuilder().memory(Memory.gib(64)).build());
      default -> throw new IllegalStateException(end.message() + ". " + end.remedy());
    }
    // end: act
    return end;
  }

  static JobStatus attach() {
    // begin: attach
    try (Backend backend = LocalBackend.open()) {
      return backend.attach("first-job").await(Duration.ofMinutes(30));
    }
    // end: attach
  }

  static void cluster(JobHandle job) {
    // begin: cluster
    try (KubernetesBackend backend =
        KubernetesBackend.builder().context("staging").namespace("training").connect()) {
      backend.list().forEach(System.out::println);
    }
    // end: cluster
    // begin: keep log
    job.logs(LogOptions.following().keepIn(Path.of("train.log")));
    // end: keep log
  }

  static void files(GpuJob job) {
    // begin: files
    GpuJob read = JobFile.read(Path.of("first-job.yaml"));
    String yaml = JobFile.toYaml(read.toBuilder().retries(5).build());
    // end: files
    System.out.println(yaml + job);
  }

  /** What a program of a job may work on, and the program. */
  static final class Model {
    private int epoch;

    public static void main(String[] args) throws IOException {
      program();
    }

    static Model read(Path file) throws IOException {
      Model model = new Model();
      model.epoch = Integer.parseInt(Files.readString(file));
      return model;
    }

    int epoch() {
      return epoch;
    }

    double train() {
      epoch++;
      return 1.0 / epoch;
    }

    void save(Path file) throws IOException {
      Files.writeString(file, Integer.toString(epoch));
    }
  }
}
