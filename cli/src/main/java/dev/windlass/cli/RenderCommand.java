package dev.windlass.cli;

import dev.windlass.core.job.GpuJob;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code windlass render}. */
@Command(
    name = "render",
    description = "Prints the Kubernetes objects that a job becomes, for kubectl or for the eye.")
final class RenderCommand implements Callable<Integer> {
  private final Host host;

  @Parameters(
      paramLabel = "FILE",
      description = "The job: Windlass's YAML or JSON, or a Kubernetes Pod or Job.")
  private Path file = Path.of("");

  @Option(
      names = {"-n", "--namespace"},
      paramLabel = "NAME",
      description = "The namespace of the objects.")
  private Optional<String> namespace = Optional.empty();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "yaml|json",
      description = "The form. Default: ${DEFAULT-VALUE}.",
      defaultValue = "yaml")
  private Form form = Form.YAML;

  @Spec private CommandSpec spec = CommandSpec.create();

  /** The forms of Kubernetes objects. */
  enum Form {
    YAML,
    JSON;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  RenderCommand(Host host) {
    this.host = host;
  }

  @Override
  public Integer call() {
    GpuJob job = JobInput.read(file, host.screen());
    Optional<String> where = JobInput.namespace(job, namespace, spec);
    if (where.isPresent()) {
      job = job.toBuilder().namespace(where.get()).build();
    }
    Instant now = host.clock().instant();
    host.screen()
        .out(form == Form.YAML ? KubernetesText.yaml(job, now) : KubernetesText.json(job, now));
    return ExitCode.OK.code();
  }
}
