package dev.windlass.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The options that say where jobs run. */
final class BackendOptions {
  static final String VARIABLE = "WINDLASS_BACKEND";

  @Option(
      names = "--backend",
      paramLabel = "local|kubernetes",
      description = "Where jobs run. Default: $" + VARIABLE + ", else local.")
  private Optional<Kind> backend = Optional.empty();

  @Option(
      names = "--context",
      paramLabel = "NAME",
      description = "Kubernetes: the kubeconfig's context, instead of the current one.")
  private Optional<String> context = Optional.empty();

  @Option(
      names = {"-n", "--namespace"},
      paramLabel = "NAME",
      description = "Kubernetes: the namespace, instead of the context's.")
  private Optional<String> namespace = Optional.empty();

  @Option(
      names = "--kubeconfig",
      paramLabel = "FILE",
      description = "Kubernetes: the kubeconfig, instead of $KUBECONFIG or ~/.kube/config.")
  private Optional<Path> kubeconfig = Optional.empty();

  @Option(
      names = "--simulated-gpus",
      paramLabel = "N",
      description = "Local: how many GPUs to simulate where the machine has none.")
  private Optional<Integer> simulatedGpus = Optional.empty();

  /** The kinds of backend. */
  enum Kind {
    LOCAL,
    KUBERNETES;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** What was chosen, after the environment and the defaults. */
  record Choice(
      Kind kind,
      Optional<String> context,
      Optional<String> namespace,
      Optional<Path> kubeconfig,
      Optional<Integer> simulatedGpus) {

    /** The same with this namespace. */
    Choice in(String other) {
      return new Choice(kind, context, Optional.of(other), kubeconfig, simulatedGpus);
    }

    /** The same with so many simulated GPUs, if none were chosen. */
    Choice simulatedGpusIfUnset(int n) {
      return simulatedGpus.isPresent()
          ? this
          : new Choice(kind, context, namespace, kubeconfig, Optional.of(n));
    }

    /** The options that lead another command to the same jobs. */
    List<String> toOptions() {
      List<String> options = new ArrayList<>();
      if (kind == Kind.KUBERNETES) {
        options.addAll(List.of("--backend", kind.toString()));
      }
      kubeconfig.ifPresent(v -> options.addAll(List.of("--kubeconfig", v.toString())));
      context.ifPresent(v -> options.addAll(List.of("--context", v)));
      namespace.ifPresent(v -> options.addAll(List.of("--namespace", v)));
      return options;
    }
  }

  /**
   * What was chosen.
   *
   * @throws ParameterException if the options contradict each other
   */
  Choice choice(CommandSpec command, Map<String, String> env) {
    Kind kind = backend.orElseGet(() -> fromEnvironment(command, env));
    if (kind == Kind.LOCAL) {
      refuse(command, "--context", context, Kind.KUBERNETES);
      refuse(command, "--namespace", namespace, Kind.KUBERNETES);
      refuse(command, "--kubeconfig", kubeconfig, Kind.KUBERNETES);
    } else {
      refuse(command, "--simulated-gpus", simulatedGpus, Kind.LOCAL);
    }
    if (simulatedGpus.orElse(0) < 0) {
      throw new ParameterException(command.commandLine(), "--simulated-gpus is 0 or more.");
    }
    return new Choice(kind, context, namespace, kubeconfig, simulatedGpus);
  }

  private static Kind fromEnvironment(CommandSpec command, Map<String, String> env) {
    String value = env.getOrDefault(VARIABLE, "");
    if (value.isEmpty()) {
      return Kind.LOCAL;
    }
    return Arrays.stream(Kind.values())
        .filter(k -> k.toString().equalsIgnoreCase(value))
        .findFirst()
        .orElseThrow(
            () ->
                new ParameterException(
                    command.commandLine(),
                    "The variable "
                        + VARIABLE
                        + " is '"
                        + value
                        + "'; it can be "
                        + Arrays.stream(Kind.values())
                            .map(Kind::toString)
                            .collect(Collectors.joining(" or "))
                        + "."));
  }

  private static void refuse(
      CommandSpec command, String option, Optional<?> value, Kind meaningful) {
    if (value.isPresent()) {
      throw new ParameterException(
          command.commandLine(),
          option + " has a meaning only with --backend " + meaningful + "; add that, or leave it.");
    }
  }
}
