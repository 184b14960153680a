package dev.windlass.core.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.windlass.core.backend.JobHandle;
import dev.windlass.core.backend.JobStatus;
import dev.windlass.core.backend.JobStatusJson;
import dev.windlass.core.backend.LogLine;
import dev.windlass.core.backend.LogOptions;
import dev.windlass.core.backend.LogStream;
import dev.windlass.core.backend.Phase;
import dev.windlass.core.backend.Reason;
import dev.windlass.core.job.GpuJob;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a program says of its own failure is the reason of its job. */
class LocalFaultTest extends LocalCase {
  private static final String LINE =
      "echo '::windlass-fault:: {\"reason\":\"GPU_FAULT\",\"message\":\"Xid 79: the GPU has fallen"
          + " off the bus\",\"remedy\":\"Drain the node\"}' >> \"$WINDLASS_FAULT_FILE\"; ";

  @Test
  void lineOfAShell_andExitCode_areReasonMessageAndRemedy() {
    JobStatus status = run(sh("shell", LINE + "exit 3").build());

    assertThat(status.phase()).isEqualTo(Phase.FAILED);
    assertThat(status.reason()).isEqualTo(Reason.GPU_FAULT);
    assertThat(status.message()).isEqualTo("Xid 79: the GPU has fallen off the bus (exit code 3)");
    assertThat(status.remedy()).isEqualTo("Drain the node");
    assertThat(status.attempts().get(0).reason()).isEqualTo(Reason.GPU_FAULT);
    assertThat(status.attempts().get(0).message()).isEqualTo(status.message());
    assertThat(status.attempts().get(0).exitCode()).hasValue(3);
    assertThat(JobStatusJson.read(JobStatusJson.write(status))).isEqualTo(status);
    try (LocalBackend later = open()) {
      assertThat(later.attach("shell").status()).isEqualTo(status);
    }
  }

  @Test
  void exitCode0_isSuccess_whateverWasSaid() {
    JobStatus status = run(sh("fine", LINE).build());
    assertThat(status.phase()).isEqualTo(Phase.SUCCEEDED);
    assertThat(status.reason()).isEqualTo(Reason.NONE);
    assertThat(status.message()).isEmpty();
  }

  @Test
  void otherLastWords_areNoReason() {
    JobStatus words = run(sh("words", "echo oops >> $WINDLASS_FAULT_FILE; exit 4").build());
    assertThat(words.reason()).isEqualTo(Reason.EXIT_CODE);
    JobStatus folder = run(sh("folder", "mkdir $WINDLASS_FAULT_FILE; exit 5").build());
    assertThat(folder.reason()).isEqualTo(Reason.EXIT_CODE);
    JobStatus pipe = run(sh("pipe", "mkfifo $WINDLASS_FAULT_FILE; exit 6").build());
    assertThat(pipe.reason()).isEqualTo(Reason.EXIT_CODE);
    JobStatus huge =
        run(sh("huge", LINE + "head -c 9000000 /dev/zero >> $WINDLASS_FAULT_FILE; exit 7").build());
    assertThat(huge.reason()).isEqualTo(Reason.EXIT_CODE);
    JobStatus last =
        run(
            sh(
                    "last",
                    "head -c 9000000 /dev/zero >> $WINDLASS_FAULT_FILE;"
                        + " echo >> $WINDLASS_FAULT_FILE; "
                        + LINE
                        + "exit 8")
                .build());
    assertThat(last.reason()).isEqualTo(Reason.GPU_FAULT);
  }

  @Test
  void retry_isToldByItsOwnAttemptOnly() {
    JobStatus status =
        run(
            sh("retried", "[ $WINDLASS_FAILED_ATTEMPTS = 1 ] && exit 9; " + LINE + "exit 3")
                .retries(1)
                .build());
    assertThat(status.reason()).isEqualTo(Reason.EXIT_CODE);
    assertThat(status.attempts())
        .extracting(a -> a.reason())
        .containsExactly(Reason.GPU_FAULT, Reason.EXIT_CODE);
  }

  @Test
  void cancelledJob_isCancelled_whateverWasSaid() {
    JobHandle job = backend.submit(sh("stopped", LINE + "echo said; sleep 60").build());
    until(() -> text(job, 1).contains("said"));
    job.cancel();
    assertThat(job.await(LONG).reason()).isEqualTo(Reason.CANCELLED);
  }

  private static List<String> text(JobHandle job, int lines) {
    try (LogStream stream = job.logs(LogOptions.following())) {
      return Stream.generate(stream.iterator()::next).limit(lines).map(LogLine::text).toList();
    }
  }

  @Test
  void supervisorThatIsKilled_theNextOneReadsTheFault() throws IOException {
    JobHandle job =
        backend.submit(
            sh("orphan", "while ! [ -e " + home + "/go ]; do sleep 0.02; done; " + LINE + "exit 3")
                .build());
    until(() -> job.status().phase() == Phase.RUNNING);
    kill(supervisor("orphan"));
    Files.createFile(home.resolve("go"));
    until(() -> folder("orphan").attempt(1).exitCode().isPresent());
    try (LocalBackend later = open()) {
      assertThat(later.attach("orphan").await(LONG).reason()).isEqualTo(Reason.GPU_FAULT);
    }
  }

  @ParameterizedTest
  @CsvSource({"main,    1", "thread,  7", "handled, 1", "broken,  1"})
  void exceptionThatNobodyCatches_isTheReason_andEndsTheProgramAsEver(String how, int exitCode) {
    JobHandle job =
        backend.submit(
            GpuJob.builder("java")
                .command(
                    "java",
                    "-XX:TieredStopAtLevel=1",
                    "-XX:+UseSerialGC",
                    "-cp",
                    System.getProperty(
                        "surefire.test.class.path", System.getProperty("java.class.path")),
                    FaultProgram.class.getName(),
                    how)
                .build());
    JobStatus status = job.await(LONG);

    assertThat(status.reason()).as(status.toString()).isEqualTo(Reason.GPU_OUT_OF_MEMORY);
    assertThat(status.attempts().get(0).exitCode()).hasValue(exitCode);
    assertThat(status.message()).isEqualTo("asked for too much (exit code " + exitCode + ")");
    assertThat(status.remedy()).isEqualTo("Ask for less");
    assertThat(text(job))
        .contains(
            how.equals("handled")
                ? "own handler: no room"
                : "Exception in thread \""
                    + (how.equals("thread") ? "worker" : "main")
                    + "\" java.lang.IllegalStateException: no room");
  }
}
