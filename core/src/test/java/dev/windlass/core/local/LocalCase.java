package dev.windlass.core.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.windlass.core.backend.JobHandle;
import dev.windlass.core.backend.JobStatus;
import dev.windlass.core.backend.LogLine;
import dev.windlass.core.backend.LogOptions;
import dev.windlass.core.backend.LogStream;
import dev.windlass.core.job.GpuJob;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A backend with a folder of its own; what is left of its jobs is stopped after each test. */
abstract class LocalCase {
  static final Duration LONG = Duration.ofSeconds(30);

  @TempDir Path home;
  LocalBackend backend;

  @BeforeEach
  void openBackend() {
    backend = open();
  }

  LocalBackend open() {
    return LocalBackend.builder().home(home).simulatedGpus(2).open();
  }

  @AfterEach
  void stopAll() {
    try (LocalBackend last = open()) {
      last.list().forEach(s -> last.attach(s.name()).cancel());
      last.list().forEach(s -> last.attach(s.name()).delete());
    }
    backend.close();
  }

  static GpuJob.Builder sh(String name, String script) {
    return GpuJob.builder(name).command("sh", "-c", script).terminationGrace(Duration.ofSeconds(5));
  }

  JobStatus run(GpuJob job) {
    return backend.submit(job).await(LONG);
  }

  static List<LogLine> log(JobHandle job, LogOptions options) {
    List<LogLine> lines = new ArrayList<>();
    try (LogStream stream = job.logs(options)) {
      stream.forEach(lines::add);
    }
    return lines;
  }

  /** What it wrote, waiting for its end. */
  static List<String> text(JobHandle job) {
    return log(job, LogOptions.following()).stream().map(LogLine::text).toList();
  }

  JobFolder folder(String name) {
    return new JobFolder(home.toAbsolutePath().resolve("jobs").resolve(name));
  }

  ProcessHandle supervisor(String name) throws IOException {
    Path file = folder(name).path().resolve("supervisor.pid");
    return ProcessHandle.of(Long.parseLong(Files.readString(file).trim().replace(" up", "")))
        .orElseThrow();
  }

  /** Kills a process as nobody can prevent, and waits until it is gone. */
  static void kill(ProcessHandle process) {
    assertThat(process.destroyForcibly()).isTrue();
    until(() -> hasEnded(process));
  }

  /** Waits until a file that a job's program makes is there, and reads it. */
  String awaitFile(String name) {
    Path file = home.resolve(name);
    until(() -> Files.exists(file) && Files.readString(file).endsWith("\n"));
    try {
      return Files.readString(file).trim();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Ended, though nobody may have asked for its exit code yet. */
  static boolean hasEnded(ProcessHandle process) {
    try {
      String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
      return stat.contains(") Z ");
    } catch (IOException e) {
      return true;
    }
  }

  static void until(java.util.concurrent.Callable<Boolean> condition) {
    Awaitility.await().atMost(LONG).pollInterval(Duration.ofMillis(20)).until(condition);
  }

  /** Another JVM, in a process group of its own, with the home folder as its first argument. */
  Process java(Class<?> main, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(SupervisorProcess.newSession());
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto", "-cp"));
    command.add(
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
    command.addAll(List.of(main.getName(), home.toString()));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectError(Redirect.INHERIT).start();
  }
}
