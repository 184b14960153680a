package dev.windlass.core.context;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

@Timeout(30)
@DisabledOnOs(OS.WINDOWS)
class TerminationTest {
  private Process child;

  /** What runs in the child: says when it is ready, then ends or waits as it is told. */
  static final class Program {
    private Program() {}

    public static void main(String[] args) throws Exception {
      JobContext job = JobContext.current();
      switch (args[0]) {
        case "slow" ->
            job.onTermination(
                () -> {
                  System.out.println("begun");
                  try {
                    // Ends with the line that the test writes.
                    while (System.in.read() != '\n') {}
                  } catch (IOException e) {
                    throw new IllegalStateException(e);
                  }
                  System.out.println("done");
                });
        default -> {
          job.onTermination(
              () -> {
                throw new IllegalStateException("broken");
              });
          job.onTermination(() -> System.out.println("first"));
          job.onTermination(() -> System.out.println("second"));
        }
      }
      System.out.println("ready");
      if (args[0].equals("exit")) {
        System.exit(3);
      } else if (!args[0].equals("end")) {
        new CountDownLatch(1).await();
      }
    }
  }

  private BufferedReader start(String how) throws IOException {
    String classPath =
        String.join(
            File.pathSeparator, location(JobContext.class), location(TerminationTest.class));
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-cp",
            classPath,
            Program.class.getName(),
            how);
    builder.environment().keySet().removeIf(name -> name.startsWith("JAVA_"));
    child = builder.redirectErrorStream(true).start();
    return child.inputReader();
  }

  private static String location(Class<?> type) {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().getPath()).toString();
  }

  @AfterEach
  void stop() throws InterruptedException {
    child.destroyForcibly().waitFor();
  }

  @Test
  void sigterm_runsAllActionsInOrder_evenIfOneFails_andExits143() throws Exception {
    BufferedReader out = start("wait");
    assertThat(out.readLine()).isEqualTo("ready");
    child.toHandle().destroy();
    assertThat(out.lines().toList())
        .containsExactly(
            "An action on termination failed: java.lang.IllegalStateException: broken",
            "first",
            "second");
    assertThat(child.waitFor()).isEqualTo(143);
  }

  @Test
  void sigtermTwice_runsTheActionsOnce() throws Exception {
    BufferedReader out = start("slow");
    assertThat(out.readLine()).isEqualTo("ready");
    child.toHandle().destroy();
    assertThat(out.readLine()).isEqualTo("begun");
    child.toHandle().destroy();
    child.outputWriter().append('\n').flush();
    assertThat(out.lines().toList()).isEqualTo(List.of("done"));
    assertThat(child.waitFor()).isEqualTo(143);
  }

  @Test
  void programThatEndsByItself_runsNoAction() throws Exception {
    assertThat(start("end").lines().toList()).containsExactly("ready");
    assertThat(child.waitFor()).isZero();
    assertThat(start("exit").lines().toList()).containsExactly("ready");
    assertThat(child.waitFor()).isEqualTo(3);
  }
}
