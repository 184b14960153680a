package dev.windlass.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WindlassTest {
  private final Shell shell = new Shell();

  @Test
  void help_hasTheCommandsAndTheExitCodes() {
    assertThat(shell.run("--help")).isZero();
    assertThat(shell.out()).contains("run ", "status ", "logs ", "render ", "schema ");
    for (ExitCode code : ExitCode.values()) {
      assertThat(shell.out()).containsPattern(code.code() + " +" + code.meaning());
    }
    assertThat(shell.err()).isEmpty();
  }

  @Test
  void page_hasTheSameExitCodesAsTheProgram() throws IOException {
    String page = Files.readString(Path.of("../docs/cli.md"));
    for (ExitCode code : ExitCode.values()) {
      assertThat(page).contains("| " + code.code() + " | " + code.meaning() + " |");
    }
  }

  @Test
  void page_hasEveryCommandAndOption() throws IOException {
    String page = Files.readString(Path.of("../docs/cli.md"));
    for (String command :
        List.of(
            "run", "status", "logs", "list", "cancel", "delete", "gpus", "devices", "doctor",
            "render", "schema", "demo")) {
      Shell asked = new Shell();
      assertThat(asked.run(command, "--help")).isZero();
      assertThat(page).contains("windlass " + command);
      java.util.regex.Pattern.compile("--[a-z][a-z-]+")
          .matcher(asked.out())
          .results()
          .forEach(option -> assertThat(page).as(command).contains(option.group()));
    }
  }

  @Test
  void version_namesWindlassAndJava() {
    assertThat(shell.run("--version")).isZero();
    assertThat(shell.out()).startsWith("windlass ").contains("Java " + Runtime.version());
  }

  @Test
  void wrongUsage_isOnStandardErrorAndSaysWhatWasMeant() {
    assertThat(shell.run()).isEqualTo(2);
    assertThat(shell.run("lst")).isEqualTo(2);
    assertThat(shell.err()).contains("Did you mean: list");
    assertThat(shell.run("list", "--namespce", "a")).isEqualTo(2);
    assertThat(shell.err()).contains("--namespace").contains("'windlass list --help'");
    assertThat(shell.run("logs", "a", "--since", "yesterday")).isEqualTo(2);
    assertThat(shell.err()).contains("'yesterday': write a duration such as 90s");
    assertThat(shell.out()).isEmpty();
  }

  @Test
  void backend_isTheOptionElseTheVariableElseLocal() {
    shell.run("list");
    shell.env.put("WINDLASS_BACKEND", "Kubernetes");
    shell.run("list", "--context", "c", "--kubeconfig", "k", "-n", "n");
    shell.run("list", "--backend", "LOCAL", "--simulated-gpus", "3");
    assertThat(shell.opened)
        .containsExactly(
            new BackendOptions.Choice(
                BackendOptions.Kind.LOCAL,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty()),
            new BackendOptions.Choice(
                BackendOptions.Kind.KUBERNETES,
                Optional.of("c"),
                Optional.of("n"),
                Optional.of(Path.of("k")),
                Optional.empty()),
            new BackendOptions.Choice(
                BackendOptions.Kind.LOCAL,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(3)));
  }

  @Test
  void backendOptions_thatContradictEachOther_areRefused() {
    assertThat(shell.run("list", "-n", "team")).isEqualTo(2);
    assertThat(shell.err()).contains("--namespace has a meaning only with --backend kubernetes");
    assertThat(shell.run("list", "--backend", "kubernetes", "--simulated-gpus", "1")).isEqualTo(2);
    assertThat(shell.run("list", "--simulated-gpus=-1")).isEqualTo(2);
    shell.env.put("WINDLASS_BACKEND", "cloud");
    assertThat(shell.run("list")).isEqualTo(2);
    assertThat(shell.err()).contains("WINDLASS_BACKEND is 'cloud'; it can be local or kubernetes");
    assertThat(shell.opened).isEmpty();
  }

  @Test
  void unexpectedError_isOwnedWithItsTrace() {
    shell.backend.add("train").fault(new IllegalStateException("bug"));
    assertThat(shell.run("delete", "train")).isEqualTo(70);
    assertThat(shell.err())
        .contains("This is a fault of windlass")
        .contains("IllegalStateException: bug")
        .contains("\tat ");
  }

  @Test
  void verbose_showsTheTraceAndTheLog() {
    assertThat(shell.run("status", "nobody")).isEqualTo(6);
    assertThat(shell.err()).doesNotContain("\tat ");
    assertThat(shell.verbose()).isFalse();
    assertThat(shell.run("status", "-v", "nobody")).isEqualTo(6);
    assertThat(shell.err()).contains("JobNotFoundException").contains("\tat ");
    assertThat(shell.verbose()).isTrue();
  }
}
