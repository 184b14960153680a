package dev.windlass.cuda.fault;

import static org.assertj.core.api.Assertions.assertThat;

import dev.windlass.core.backend.JobHandle;
import dev.windlass.core.backend.JobStatus;
import dev.windlass.core.backend.LogLine;
import dev.windlass.core.backend.LogOptions;
import dev.windlass.core.backend.LogStream;
import dev.windlass.core.backend.Reason;
import dev.windlass.core.job.GpuJob;
import dev.windlass.core.local.LocalBackend;
import dev.windlass.cuda.fake.FakeLibraries;
import java.nio.file.Path;
import java.time.Duration;
import java.util.StringJoiner;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Programs of their own, as jobs of this machine: from the driver's error to the job's status. */
class FaultyJobTest {
  @TempDir Path home;
  private String log = "";

  private JobStatus run(String what) {
    String folder = FakeLibraries.folder().toString();
    GpuJob job =
        GpuJob.builder("faulty")
            .command(
                "java",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "-Dorg.bytedeco.javacpp.cachedir=" + Path.of("target/javacpp").toAbsolutePath(),
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                FaultyProgram.class.getName(),
                folder,
                what)
            .env("LD_LIBRARY_PATH", folder)
            .env("FAKE_CUDA_DEVICES", "1")
            .build();
    try (LocalBackend backend = LocalBackend.builder().home(home).open()) {
      JobHandle handle = backend.submit(job);
      JobStatus end = handle.await(Duration.ofMinutes(1));
      StringJoiner lines = new StringJoiner("\n");
      try (LogStream stream = handle.logs(LogOptions.all())) {
        stream.forEach((LogLine line) -> lines.add(line.text()));
      }
      log = lines.toString();
      handle.delete();
      return end;
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "memory | 1 | GPU_OUT_OF_MEMORY | cuMemAlloc(1099511627776 bytes)",
        "caught | 5 | GPU_FAULT         | CUDA_ERROR_LAUNCH_FAILED",
      })
  void faultOfTheGpu_isTheReasonOfTheJob_andTheProgramEndsAsEver(
      String what, int exitCode, Reason reason, String message) {
    JobStatus end = run(what);
    assertThat(end.reason()).as(end + "\n" + log).isEqualTo(reason);
    assertThat(end.message()).contains(message).endsWith(" (exit code " + exitCode + ")");
    assertThat(end.remedy()).isNotEmpty().isNotEqualTo(reason.remedy());
    assertThat(end.attempts().get(0).exitCode()).hasValue(exitCode);
    if (!what.equals("caught")) {
      assertThat(log).contains("Exception in thread \"", "at dev.windlass.cuda.");
    }
  }

  @Test
  void xidBeforeTheFault_isInTheMessage_andItsRemedyInTheStatus() {
    JobStatus end = run("xid");
    assertThat(end.reason()).as(end + "\n" + log).isEqualTo(Reason.GPU_FAULT);
    assertThat(end.message())
        .startsWith("Xid 79: the GPU has fallen off the PCI bus (GPU a0a1a2a3-")
        .contains("CUDA_ERROR_ILLEGAL_ADDRESS");
    assertThat(end.remedy()).contains("restart the node");
  }

  @Test
  void programWithoutFault_ends_andSucceeds() {
    JobStatus end = run("fine");
    assertThat(end.reason()).as(end + "\n" + log).isEqualTo(Reason.NONE);
    assertThat(end.attempts().get(0).exitCode()).hasValue(0);
    assertThat(log).isEqualTo("fine");
  }
}
