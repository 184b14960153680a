package dev.windlass.core.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.windlass.core.backend.BackendException;
import dev.windlass.core.backend.JobHandle;
import dev.windlass.core.backend.JobStatus;
import dev.windlass.core.backend.Phase;
import dev.windlass.core.backend.Reason;
import dev.windlass.core.job.GpuJob;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LocalQueueTest extends LocalCase {

  private String path(String file) {
    return home.resolve(file).toString();
  }

  private int used() {
    return backend.gpus().nodes().get(0).used().getAsInt();
  }

  @Test
  void jobs_areServedInTheOrderOfTheirSubmission() throws IOException {
    String wait = "while [ ! -e " + path("go") + " ]; do sleep 0.02; done";
    JobHandle one =
        backend.submit(sh("one", "echo x > " + path("up") + ";" + wait).gpus(1).build());
    awaitFile("up");
    String note = "echo $WINDLASS_JOB >> " + path("order");
    List<JobHandle> waiting = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      // A GPU is free, but the first to wait needs two.
      waiting.add(backend.submit(sh("next-" + i, note).gpus(i == 0 ? 2 : 1).build()));
    }
    for (JobHandle job : waiting) {
      until(() -> job.status().reason() == Reason.WAITING_IN_QUEUE);
    }
    assertThat(waiting.get(0).status().message()).contains("2 of the 2 GPUs");
    assertThat(used()).isEqualTo(1);
    assertThat(one.status().phase()).isEqualTo(Phase.RUNNING);
    Files.createFile(home.resolve("go"));
    for (JobHandle job : waiting) {
      assertThat(job.await(LONG).phase()).isEqualTo(Phase.SUCCEEDED);
    }
    assertThat(Files.readAllLines(home.resolve("order")).get(0)).isEqualTo("next-0");
    assertThat(used()).isZero();
  }

  @Test
  void gpus_areNeverGivenTwice_whoeverSubmits() throws IOException {
    String script =
        "mkdir "
            + path("gpu")
            + "-$CUDA_VISIBLE_DEVICES || exit 9; sleep 0.1; rmdir "
            + path("gpu")
            + "-$CUDA_VISIBLE_DEVICES";
    List<Process> submitters = new ArrayList<>();
    try {
      for (String who : List.of("a", "b")) {
        submitters.add(
            java(
                Submitter.class,
                path("start"),
                "1",
                who + 1,
                script,
                who + 2,
                script,
                who + 3,
                script));
      }
      Files.createFile(home.resolve("start"));
      for (int i = 0; i < 2; i++) {
        backend.submit(sh("c" + i, script).gpus(1).build());
      }
      until(() -> backend.list().size() == 8);
      for (JobStatus job : backend.list()) {
        assertThat(backend.attach(job.name()).await(LONG).phase()).isEqualTo(Phase.SUCCEEDED);
      }
    } finally {
      submitters.forEach(p -> kill(p.toHandle()));
    }
    assertThat(used()).isZero();
  }

  @Test
  void gpus_stayTaken_whileAProgramWithoutSupervisorRuns() throws IOException {
    GpuJob first =
        sh(
                "first",
                "echo $$ > "
                    + path("up")
                    + "; while [ ! -e "
                    + path("go")
                    + " ]; do sleep 0.02; done; echo x > "
                    + path("first-ended"))
            .gpus(2)
            .build();
    backend.submit(first);
    awaitFile("up");
    kill(supervisor("first"));
    JobHandle second =
        backend.submit(sh("second", "test -e " + path("first-ended")).gpus(1).build());
    until(() -> second.status().reason() == Reason.WAITING_IN_QUEUE);
    assertThat(used()).isEqualTo(2);
    Files.createFile(home.resolve("go"));

    assertThat(second.await(LONG).phase()).isEqualTo(Phase.SUCCEEDED);
    assertThat(backend.attach("first").await(LONG).phase()).isEqualTo(Phase.SUCCEEDED);
  }

  @Test
  void theSameJobTwice_isOneJob_alsoFromTwoProgramsAtOnce() throws IOException {
    String script = "echo ran >> " + path("runs");
    List<Process> submitters = new ArrayList<>();
    try {
      for (int i = 0; i < 2; i++) {
        submitters.add(java(Submitter.class, path("start"), "0", "same", script));
      }
      List<BufferedReader> outputs = new ArrayList<>();
      for (Process p : submitters) {
        outputs.add(
            new BufferedReader(new InputStreamReader(p.getInputStream(), StandardCharsets.UTF_8)));
      }
      for (BufferedReader output : outputs) {
        assertThat(output.readLine()).isEqualTo("ready");
      }
      Files.createFile(home.resolve("start"));
      for (BufferedReader output : outputs) {
        assertThat(output.readLine()).isEqualTo("submitted same");
      }
    } finally {
      submitters.forEach(p -> kill(p.toHandle()));
    }
    JobHandle third = backend.submit(sh("same", script).build());
    JobStatus end = third.await(LONG);
    assertThat(end.phase()).isEqualTo(Phase.SUCCEEDED);
    assertThat(backend.submit(sh("same", script).build()).status()).isEqualTo(end);
    assertThat(Files.readAllLines(home.resolve("runs"))).containsExactly("ran");
    assertThat(home.resolve("jobs")).isDirectoryContaining(p -> p.endsWith("same"));
    try (var entries = Files.list(home.resolve("jobs"))) {
      assertThat(entries).hasSize(1);
    }
  }

  @Test
  void aHomeThatCannotBeWritten_isSaid() throws IOException {
    Path file = Files.createFile(home.resolve("file"));
    try (LocalBackend wrong = LocalBackend.builder().home(file).open()) {
      assertThatThrownBy(() -> wrong.submit(sh("a", "true").build()))
          .isInstanceOf(BackendException.class)
          .hasMessageContaining(file.toString())
          .hasMessageContaining("WINDLASS_HOME");
      assertThat(wrong.list()).isEmpty();
      assertThat(wrong.gpus().nodes()).isEmpty();
      assertThat(wrong.gpus().notes()).singleElement().asString().contains("WINDLASS_LOCAL_GPUS");
    }
  }
}
