package dev.windlass.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.windlass.core.backend.Phase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What only a process of its own can show. */
class ProcessTest {
  @TempDir private Path folder;

  /** The command on a backend whose jobs run for ever. */
  static final class Endless {
    private Endless() {}

    public static void main(String[] args) {
      FakeBackend backend = new FakeBackend().script(job -> job.phase(Phase.RUNNING).line("hello"));
      Main.run(choice -> backend, args);
    }
  }

  private Process start(List<String> jvm, Class<?> program, String... args) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:TieredStopAtLevel=1");
    command.add("-Duser.home=" + folder);
    command.addAll(jvm);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
    command.addAll(List.of(args));
    return new ProcessBuilder(command)
        .redirectOutput(folder.resolve("out").toFile())
        .redirectError(folder.resolve("err").toFile())
        .start();
  }

  private String out() throws IOException {
    return Files.readString(folder.resolve("out"));
  }

  private String err() throws IOException {
    return Files.readString(folder.resolve("err"));
  }

  @Test
  void interruptSignal_endsTheCommandAndSaysWhatTheJobDoes() throws Exception {
    Path job =
        Files.writeString(
            folder.resolve("job.yaml"),
            "apiVersion: windlass.dev/v1\nkind: GpuJob\nname: train\ncommand: [train]\n");
    Process process = start(List.of(), Endless.class, "run", job.toString());
    try {
      await().atMost(Duration.ofSeconds(30)).until(() -> out().equals("hello\n"));
      Process kill = new ProcessBuilder("kill", "-INT", "" + process.pid()).start();
      assertThat(kill.waitFor()).isZero();
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isEqualTo(ExitCode.INTERRUPTED.code());
      assertThat(err()).contains("train goes on.\n  follow it:  windlass logs -f train\n");
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void localCommand_loadsNothingOfKubernetes() throws Exception {
    Process process = start(List.of("-verbose:class"), Main.class, "list");
    try {
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(out())
          .contains("dev.windlass.core.local.LocalBackend ")
          .doesNotContain("io.fabric8")
          .doesNotContain("org.yaml.snakeyaml");
    } finally {
      process.destroyForcibly();
    }
  }
}
