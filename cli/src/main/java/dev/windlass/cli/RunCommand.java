package dev.windlass.cli;

import dev.windlass.core.backend.Backend;
import dev.windlass.core.job.GpuJob;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code windlass run}. */
@Command(
    name = "run",
    description = {
      "Submits a job and follows it to its end.",
      "",
      "The job's log goes to standard output, all else to standard error; with -o json or yaml the"
          + " final status goes to standard output and the log to standard error. The exit code"
          + " tells how the job ended, see 'windlass --help'. A job that is there already, with the"
          + " same description, is not started again but followed."
    })
final class RunCommand extends BackendCommand {
  @Parameters(
      paramLabel = "FILE",
      description = "The job: Windlass's YAML or JSON, or a Kubernetes Pod or Job.")
  private Path file = Path.of("");

  @Mixin private Submission.Options options = new Submission.Options();

  private Optional<GpuJob> job = Optional.empty();

  RunCommand(Host host) {
    super(host);
  }

  @Override
  BackendOptions.Choice prepare(BackendOptions.Choice choice) {
    GpuJob read = JobInput.read(file, screen());
    job = Optional.of(read);
    Optional<String> namespace = JobInput.namespace(read, choice.namespace(), spec());
    return choice.kind() == BackendOptions.Kind.LOCAL
        ? choice
        : namespace.map(choice::in).orElse(choice);
  }

  @Override
  ExitCode call(Backend backend, BackendOptions.Choice choice) {
    return new Submission(host(), backend, choice, options).run(job.orElseThrow());
  }
}
