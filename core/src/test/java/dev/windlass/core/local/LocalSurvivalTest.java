package dev.windlass.core.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.windlass.core.backend.JobEvent;
import dev.windlass.core.backend.JobHandle;
import dev.windlass.core.backend.JobStatus;
import dev.windlass.core.backend.LogLine;
import dev.windlass.core.backend.LogOptions;
import dev.windlass.core.backend.Phase;
import dev.windlass.core.backend.Reason;
import dev.windlass.core.job.GpuJob;
import dev.windlass.core.jobfile.JobFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LocalSurvivalTest extends LocalCase {

  /** Says that it is up, then waits for a file. */
  private String upAndWait(String name) {
    return "echo $$ > " + home.resolve(name + "-up") + "; " + waitFor(name + "-go") + "; ";
  }

  private String waitFor(String file) {
    return "while [ ! -e " + home.resolve(file) + " ]; do sleep 0.02; done";
  }

  private void go(String name) throws IOException {
    Files.createFile(home.resolve(name + "-go"));
  }

  @Test
  void theSubmitterIsKilled_theJobGoesOn_andAnotherProcessFindsTheTruth() throws Exception {
    Files.createFile(home.resolve("start"));
    Process submitter =
        java(
            Submitter.class,
            home.resolve("start").toString(),
            "1",
            "orphan",
            "echo before; " + upAndWait("orphan") + "echo after; exit 4");
    awaitFile("orphan-up");
    // With all of its group, as a terminal's Ctrl-C or hangup would reach them.
    assertThat(new ProcessBuilder("kill", "-9", "--", "-" + submitter.pid()).start().waitFor())
        .isZero();
    until(() -> !submitter.isAlive());

    JobHandle job = backend.attach("orphan");
    until(() -> job.status().phase() == Phase.RUNNING);
    go("orphan");
    JobStatus status = job.await(LONG);
    assertThat(status.phase()).isEqualTo(Phase.FAILED);
    assertThat(status.attempts()).hasSize(1);
    assertThat(status.attempts().get(0).exitCode()).hasValue(4);
    assertThat(text(job)).containsExactly("before", "after");
  }

  @Test
  void theSupervisorIsKilled_theNextOneAdoptsTheProgram() throws IOException {
    JobHandle job =
        backend.submit(
            sh(
                    "adopted",
                    "echo x >> "
                        + home.resolve("runs")
                        + "; echo before; "
                        + upAndWait("adopted")
                        + "echo between; echo x > "
                        + home.resolve("between")
                        + "; "
                        + waitFor("end-go")
                        + "; echo after; exit 7")
                .build());
    awaitFile("adopted-up");
    until(() -> job.status().phase() == Phase.RUNNING);
    until(() -> !log(job, LogOptions.all()).isEmpty());
    JobStatus before = job.status();
    ProcessHandle first = supervisor("adopted");
    kill(first);
    go("adopted");
    awaitFile("between");

    List<JobEvent> events = Collections.synchronizedList(new ArrayList<>());
    job.events(events::add);
    until(() -> folder("adopted").supervisorLock().isHeld());
    assertThat(supervisor("adopted").pid()).isNotEqualTo(first.pid());
    go("end");
    JobStatus status = job.await(LONG);
    assertThat(status.phase()).isEqualTo(Phase.FAILED);
    assertThat(status.reason()).isEqualTo(Reason.EXIT_CODE);
    assertThat(status.attempts()).hasSize(1);
    assertThat(status.attempts().get(0).exitCode()).hasValue(7);
    assertThat(status.startedAt()).isEqualTo(before.startedAt());
    assertThat(status.attempts().get(0).pod()).isEqualTo(before.attempts().get(0).pod());
    List<LogLine> log = log(job, LogOptions.all());
    assertThat(log).extracting(LogLine::text).containsExactly("before", "between", "after");
    assertThat(Files.readAllLines(home.resolve("runs"))).hasSize(1);
    assertThat(log).isSortedAccordingTo((a, b) -> a.time().compareTo(b.time()));
  }

  @Test
  void theSupervisorIsKilled_andTheProgramEndsMeanwhile_itsExitCodeIsKnown() throws IOException {
    JobHandle job =
        backend.submit(
            sh(
                    "meanwhile",
                    upAndWait("meanwhile")
                        + "echo '::windlass-progress:: {\"step\":1,\"total\":1}'; exit 0")
                .build());
    ProcessHandle program =
        ProcessHandle.of(Long.parseLong(awaitFile("meanwhile-up"))).orElseThrow();
    kill(supervisor("meanwhile"));
    go("meanwhile");
    until(() -> folder("meanwhile").attempt(1).exitCode().isPresent());
    until(() -> hasEnded(program));

    List<JobEvent> events = Collections.synchronizedList(new ArrayList<>());
    job.events(events::add);
    JobStatus status = job.await(LONG);
    assertThat(status.phase()).isEqualTo(Phase.SUCCEEDED);
    assertThat(status.attempts()).hasSize(1);
    until(() -> events.toString().contains("SUCCEEDED"));
    assertThat(events.get(events.size() - 2)).isInstanceOf(JobEvent.Progress.class);
  }

  @Test
  void allIsKilled_theJobIsLost_unlessItMayBeTriedAgain() throws IOException {
    JobHandle lost = backend.submit(sh("lost", upAndWait("lost")).build());
    JobHandle again =
        backend.submit(
            sh("again", "[ $WINDLASS_FAILED_ATTEMPTS = 1 ] && exit 0; " + upAndWait("again"))
                .retries(1)
                .build());
    for (String name : List.of("lost", "again")) {
      awaitFile(name + "-up");
      ProcessHandle shell =
          ProcessHandle.of(folder(name).attempt(1).leader().orElseThrow().pid()).orElseThrow();
      kill(supervisor(name));
      // The shell first: it would write down how the program ended.
      kill(shell);
    }
    JobStatus status = lost.await(LONG);
    assertThat(status.phase()).isEqualTo(Phase.FAILED);
    assertThat(status.reason()).isEqualTo(Reason.LOST);
    assertThat(status.attempts().get(0).exitCode()).isEmpty();
    status = again.await(LONG);
    assertThat(status.phase()).isEqualTo(Phase.SUCCEEDED);
    assertThat(status.attempts().get(0).reason()).isEqualTo(Reason.LOST);
    for (String name : List.of("lost", "again")) {
      assertThat(ProcessHandle.of(Long.parseLong(awaitFile(name + "-up"))))
          .matches(p -> p.map(LocalCase::hasEnded).orElse(true));
    }
  }

  @Test
  void theSupervisorIsKilledWhileQueued_orWhileACancelIsWished() throws IOException {
    JobHandle holder = backend.submit(sh("holder", upAndWait("holder")).gpus(2).build());
    awaitFile("holder-up");
    JobHandle queued = backend.submit(sh("queued", "echo ran").gpus(1).build());
    until(() -> queued.status().reason() == Reason.WAITING_IN_QUEUE);
    kill(supervisor("queued"));
    kill(supervisor("holder"));
    holder.cancel();

    assertThat(holder.await(LONG).phase()).isEqualTo(Phase.CANCELLED);
    assertThat(queued.await(LONG).phase()).isEqualTo(Phase.SUCCEEDED);
    assertThat(text(queued)).containsExactly("ran");
  }

  @Test
  void theSubmitterDiedBeforeItStartedASupervisor_theNextToLookDoes() throws IOException {
    GpuJob job = sh("half", "echo done").build();
    Submission submission =
        new Submission("an-id", JobFile.digest(job), Instant.now(), 0, List.of(), Optional.empty());
    assertThat(folder("half").create(job, submission)).isTrue();
    assertThat(folder("half").create(job, submission)).isFalse();

    // As a supervisor leaves it that is killed before it starts the program.
    folder("half").attempt(1).create();
    // One that ended before it was up is not started again and again.
    Path pid = folder("half").path().resolve("supervisor.pid");
    Files.writeString(pid, Integer.MAX_VALUE + "\n");
    assertThat(backend.list()).extracting(JobStatus::phase).containsExactly(Phase.QUEUED);
    assertThat(pid).content().isEqualTo(Integer.MAX_VALUE + "\n");
    Files.delete(pid);
    JobHandle handle = backend.submit(job);
    assertThat(handle.await(LONG).phase()).isEqualTo(Phase.SUCCEEDED);
    assertThat(folder("half").submission()).isEqualTo(submission);
  }

  @Test
  void aDamagedStatus_isLeftOut() throws IOException {
    JobHandle job = backend.submit(sh("damaged", upAndWait("damaged")).build());
    awaitFile("damaged-up");
    until(() -> job.status().phase() == Phase.RUNNING);
    Path file = folder("damaged").path().resolve("status.jsonl");
    Files.writeString(file, "{\"name\":7}\n{\"phase\":\"RUN", StandardOpenOption.APPEND);
    assertThat(job.status().phase()).isEqualTo(Phase.RUNNING);
    go("damaged");
    assertThat(job.await(LONG).phase()).isEqualTo(Phase.SUCCEEDED);
    assertThat(folder("damaged").statuses())
        .extracting(change -> change.status().phase())
        .containsExactly(Phase.QUEUED, Phase.RUNNING, Phase.SUCCEEDED);

    // All gone: what the program left behind still tells how it ended.
    Files.writeString(file, "");
    JobStatus again = backend.attach("damaged").await(Duration.ofSeconds(20));
    assertThat(again.phase()).isEqualTo(Phase.SUCCEEDED);
    assertThat(again.attempts()).hasSize(1);
  }
}
