package dev.windlass.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.windlass.core.backend.Attempt;
import dev.windlass.core.backend.BackendException;
import dev.windlass.core.backend.JobStatus;
import dev.windlass.core.backend.JobStatusJson;
import dev.windlass.core.backend.LogLine;
import dev.windlass.core.backend.Phase;
import dev.windlass.core.backend.Reason;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60) // Following a job must not hang.
class RunCommandTest {
  @TempDir private Path folder;
  private final Shell shell = new Shell().clock(Clock.fixed(FakeJob.at(0), ZoneOffset.UTC));
  private String file = "";

  @BeforeEach
  void writeFile() throws IOException {
    file =
        write(
            "job.yaml",
            """
            apiVersion: windlass.dev/v1
            kind: GpuJob
            name: train
            image: registry.example/train:1
            command: [train]
            gpu: {count: 2, product: NVIDIA-H100-80GB-HBM3, memory: 80G}
            retries: 2
            """);
  }

  private String write(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text).toString();
  }

  private static void succeed(FakeJob job) {
    job.phase(Phase.STARTING)
        .phase(Phase.RUNNING)
        .line("hello")
        .progress(1, 2, 3, Map.of("loss", 0.5))
        .line(LogLine.Stream.STDERR, "a warning")
        .line(LogLine.Stream.NOTE, "12 bytes are missing")
        .progress(2, 2, 5, Map.of("loss", 0.25))
        .phase(Phase.SUCCEEDED);
  }

  @Test
  void run_jobThatSucceeds_showsAllOfItAndIsOk() {
    shell.backend.script(RunCommandTest::succeed);
    assertThat(shell.run("run", file)).isZero();
    assertThat(shell.out()).isEqualTo("hello\na warning\n");
    assertThat(shell.err())
        .isEqualTo(
            """
            Job        train
            Backend    local
            Image      registry.example/train:1 (not used: jobs are processes here)
            GPUs       2 NVIDIA-H100-80GB-HBM3, each with 80G or more
            Retries    2
            train is pending
            train is starting
            train is running on node-a
            progress 1/2 (50%) loss=0.5
            progress 2/2 (100%) loss=0.25
            [log] 12 bytes are missing

            Job        train
            Phase      Succeeded
            Exit code  0
            Took       12s (2s until its program started, 10s since)
            Progress   2/2 (100%) loss=0.25
            """);
    assertThat(shell.backend.closed()).isTrue();
    assertThat(shell.interrupts).isEmpty();
  }

  @Test
  void run_programThatHasEndedBeforeItsJob_isNotCalledRunning() {
    shell.backend.script(
        job -> {
          job.phase(Phase.RUNNING);
          JobStatus running = job.status();
          Attempt a = running.lastAttempt().orElseThrow();
          Optional<Instant> end = Optional.of(FakeJob.at(11));
          Attempt ended =
              new Attempt(
                  1, 0, a.node(), a.pod(), a.startedAt(), end, OptionalInt.of(0), Reason.NONE, "");
          job.status(
                  new JobStatus(
                      "train",
                      Phase.RUNNING,
                      Reason.NONE,
                      "The program has ended",
                      "",
                      running.submittedAt(),
                      running.startedAt(),
                      Optional.empty(),
                      List.of(ended)))
              .phase(Phase.SUCCEEDED);
        });
    assertThat(shell.run("run", file)).isZero();
    assertThat(shell.err()).contains("train is running on node-a\n").doesNotContain("has ended");
  }

  @Test
  void run_jobThatFails_saysWhyAndWhatToDo() {
    shell.backend.script(
        job ->
            job.phase(Phase.PENDING, Reason.INSUFFICIENT_GPU, "0 of 3 nodes fit", "Ask for fewer")
                .phase(Phase.RUNNING)
                .phase(Phase.FAILED, Reason.EXIT_CODE, "exit code 3", "Read its log"));
    assertThat(shell.run("run", file)).isEqualTo(1);
    assertThat(shell.err())
        .contains("train is pending: 0 of 3 nodes fit. Ask for fewer.\n")
        .endsWith(
            """

            Job        train
            Phase      Failed
            Reason     EXIT_CODE: the program failed
            Message    exit code 3
            To do      Read its log
            Exit code  3
            Took       12s (2s until its program started, 10s since)
            """);
  }

  @Test
  void run_jobThatIsCancelled_hasItsOwnExitCode() {
    shell.backend.script(FakeJob::cancel);
    assertThat(shell.run("run", file)).isEqualTo(4);
  }

  @Test
  void run_timeUp_leavesTheJobAndSaysHowToGoOn() {
    shell.backend.script(job -> job.phase(Phase.RUNNING));
    assertThat(shell.run("run", file, "--timeout", "0s", "--backend", "kubernetes", "-n", "team a"))
        .isEqualTo(5);
    assertThat(shell.err())
        .contains("The time to wait is up. train goes on.")
        .contains("windlass logs -f train --backend kubernetes --namespace 'team a'\n")
        .contains("windlass cancel train --backend kubernetes --namespace 'team a'\n");
    assertThat(((FakeJob) shell.backend.attach("train")).cancelled()).isFalse();
  }

  @Test
  void run_timeUpWhileTheLogIsSilent_ends() {
    shell.clock(Clock.systemUTC());
    shell.backend.script(job -> job.phase(Phase.RUNNING));
    assertThat(shell.run("run", file, "--timeout", "PT0.15S")).isEqualTo(5);
  }

  @Test
  void run_detached_submitsAndLeaves() {
    assertThat(shell.run("run", "--detach", file)).isZero();
    assertThat(shell.backend.submitted()).hasSize(1);
    assertThat(shell.err()).contains("train is pending\n").contains("windlass logs -f train\n");
    assertThat(shell.out()).isEmpty();
  }

  @Test
  void run_json_putsTheFinalStatusAloneOnStandardOutput() throws IOException {
    shell.backend.script(RunCommandTest::succeed);
    assertThat(shell.run("run", file, "-o", "json")).isZero();
    assertThat(JobStatusJson.read(new ObjectMapper().readTree(shell.out())))
        .isEqualTo(shell.backend.attach("train").status());
    assertThat(shell.err()).contains("\nhello\n").contains("Succeeded");
  }

  @Test
  void run_yaml_isYaml() {
    shell.backend.script(RunCommandTest::succeed);
    assertThat(shell.run("run", file, "-o", "yaml")).isZero();
    assertThat(shell.out()).startsWith("name: \"train\"\nphase: \"SUCCEEDED\"\n");
  }

  @Test
  void run_nameTaken_isRefusedUnlessReplaced() {
    shell.backend.add("train").phase(Phase.SUCCEEDED);
    shell.backend.script(RunCommandTest::succeed);
    assertThat(shell.run("run", file)).isEqualTo(3);
    assertThat(shell.err())
        .contains("Error while submitting job 'train':\n  the name is taken")
        .contains("add --replace")
        .doesNotContain("replace()")
        .doesNotContain("\tat ");
    assertThat(shell.run("run", file, "--replace")).isZero();
  }

  @Test
  void run_jobThatWasThere_saysThatNothingIsStarted() {
    shell.clock(Clock.fixed(FakeJob.at(90), ZoneOffset.UTC));
    shell.backend.script(RunCommandTest::succeed);
    assertThat(shell.run("run", file)).isZero();
    assertThat(shell.err())
        .contains(
            "was submitted 1m30s ago; nothing new is started. It has ended; to run it again, add"
                + " --replace.");
  }

  @Test
  void run_logThatCannotBeRead_followsTheJobWithoutIt() {
    shell.backend.script(
        job -> {
          succeed(job);
          job.logFails(new BackendException("reading the log", "the node is gone", "Wait"));
        });
    assertThat(shell.run("run", file)).isZero();
    assertThat(shell.err()).contains("The log cannot be read: the node is gone.");
  }

  @Test
  void run_backendLosesTheJob_isABackendError() {
    shell.backend.script(
        job -> job.lose(new BackendException("following", "the connection is gone", "Try again")));
    assertThat(shell.run("run", file)).isEqualTo(3);
    assertThat(shell.err()).contains("the connection is gone");
  }

  @Test
  void run_podManifest_saysWhatIsNotCarriedOver() throws IOException {
    String pod =
        write(
            "pod.yaml",
            """
            apiVersion: v1
            kind: Pod
            metadata: {name: train}
            spec:
              hostname: somewhere
              restartPolicy: Never
              containers:
                - {name: main, image: a, command: [b]}
            """);
    shell.backend.script(RunCommandTest::succeed);
    assertThat(shell.run("run", pod)).isZero();
    assertThat(shell.err()).contains("Note: ").contains("hostname");
    assertThat(shell.out()).isEqualTo("hello\na warning\n");
  }

  @Test
  void run_badFiles_areUsageErrorsAndNothingIsOpened() throws IOException {
    String unknown = write("unknown.yaml", Files.readString(Path.of(file)) + "retires: 3\n");
    assertThat(shell.run("run", unknown)).isEqualTo(2);
    assertThat(shell.err()).contains("unknown.yaml").contains("line 8").contains("retries");
    assertThat(shell.run("run", folder.resolve("missing.yaml").toString())).isEqualTo(2);
    assertThat(shell.err()).contains("missing.yaml");
    String invalid =
        write("invalid.yaml", Files.readString(Path.of(file)).replace("train\n", "Tr\n"));
    assertThat(shell.run("run", invalid)).isEqualTo(2);
    assertThat(shell.opened).isEmpty();
  }

  @Test
  void run_namespaceOfTheFile_isTheBackendsUnlessTheOptionContradicts() throws IOException {
    String there = write("there.yaml", Files.readString(Path.of(file)) + "namespace: team\n");
    shell.backend.script(RunCommandTest::succeed);
    assertThat(shell.run("run", there, "--backend", "kubernetes")).isZero();
    assertThat(shell.opened.get(0).namespace()).isEqualTo(Optional.of("team"));
    assertThat(shell.run("run", there, "--backend", "kubernetes", "-n", "other")).isEqualTo(2);
    assertThat(shell.err()).contains("--namespace says 'other' and the job file 'team'");
  }

  @Test
  void run_interruptedWhileFollowing_saysThatTheJobGoesOn() {
    shell.backend.script(
        job -> {
          succeed(job);
          job.onLogs(() -> shell.interrupts.get(0).run());
        });
    shell.run("run", file);
    assertThat(shell.err())
        .endsWith(
            """

            train goes on.
              follow it:  windlass logs -f train
              look at it: windlass status train
              stop it:    windlass cancel train
              remove it:  windlass delete train
            """);
    assertThat(shell.out()).isEmpty();
  }

  @Test
  void run_interruptedWhileSubmitting_saysThatItIsNotCertain() {
    shell.backend.script(job -> shell.interrupts.get(0).run());
    shell.run("run", file, "--detach");
    assertThat(shell.err())
        .contains("It is not certain whether train was submitted.")
        .contains("windlass status train")
        .doesNotContain("goes on");
  }

  @Test
  void run_readerOfTheOutputGone_followsToTheEndAnyway() {
    shell.outTo(new BrokenPipe());
    shell.backend.script(
        job -> {
          job.phase(Phase.RUNNING);
          for (int i = 0; i < 100; i++) {
            job.line("line " + i);
          }
          job.phase(Phase.FAILED, Reason.EXIT_CODE, "", "");
        });
    assertThat(shell.run("run", file)).isEqualTo(1);
    assertThat(shell.err()).contains("Phase      Failed").doesNotContain("fault");
  }

  @Test
  void run_onATerminal_endsWithAllLinesAndNoBar() {
    shell.terminal().env.put("NO_COLOR", "1");
    shell.backend.script(RunCommandTest::succeed);
    assertThat(shell.run("run", file)).isZero();
    assertThat(shell.err()).contains("\u001b[KSucceeded  ");
    List<String> shown = Vt.show(shell.err());
    assertThat(shown)
        .contains("train is running on node-a", "Phase      Succeeded")
        .noneMatch(line -> line.startsWith("progress"))
        .noneMatch(line -> line.contains("ETA"));
  }

  @Test
  void run_onATerminal_drawsTheBarWhileTheLogComes() {
    shell.terminal();
    shell.backend.script(
        job ->
            job.phase(Phase.RUNNING)
                .line(LogLine.Stream.NOTE, "first")
                .line(LogLine.Stream.NOTE, "second")
                .phase(Phase.SUCCEEDED));
    shell.run("run", file);
    assertThat(shell.err()).containsSubsequence("first", "\u001b[KSucceeded  ", "second");
  }

  @Test
  void display_onATerminal_keepsTheBarBeneathTheLines() {
    Shell bar = shell.terminal();
    bar.env.put("LANG", "C");
    FakeJob job = new FakeJob("train").phase(Phase.RUNNING);
    job.progress(24, 50, 5, Map.of("loss", 0.5)).progress(25, 50, 6, Map.of("loss", 0.25));
    java.io.ByteArrayOutputStream shown = new java.io.ByteArrayOutputStream();
    java.io.PrintStream both = new java.io.PrintStream(shown, true, UTF_8);
    Screen screen = new Screen(both, both, true, true, () -> 60, bar.env);
    FakeClock clock = new FakeClock();
    JobDisplay display = new JobDisplay(screen, clock, false);
    job.events(display::event);
    display.tick();
    display.line(new LogLine(FakeJob.at(6), 1, 0, LogLine.Stream.STDOUT, "hello"));
    display.tick(); // too soon to draw again
    assertThat(Vt.show(shown.toString(UTF_8))).endsWith("hello", "");
    clock.advance(Duration.ofMillis(200));
    display.tick();
    assertThat(Vt.show(shown.toString(UTF_8)))
        .containsExactly(
            "train is pending",
            "train is running on node-a",
            "hello",
            "Running  12s  [#######-------]   50%  25/50  1/s  ETA 25s");
  }

  /** Breaks when it is written to, as a pipe whose reader is gone. */
  static final class BrokenPipe extends OutputStream {
    @Override
    public void write(int b) throws IOException {
      throw new IOException("Broken pipe");
    }
  }
}
