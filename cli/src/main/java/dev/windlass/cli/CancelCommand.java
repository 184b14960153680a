package dev.windlass.cli;

import dev.windlass.core.backend.Backend;
import dev.windlass.core.backend.JobHandle;
import dev.windlass.core.backend.JobStatus;
import dev.windlass.core.backend.Phase;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code windlass cancel}. */
@Command(name = "cancel", description = "Stops a job and keeps its record and its log.")
final class CancelCommand extends BackendCommand {
  /** As good as for ever. */
  private static final Duration LONG = Duration.ofDays(365);

  @Mixin private JobName job = new JobName();

  @Option(names = "--wait", description = "Waits until the job has stopped.")
  private boolean wait;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      description = "With --wait: waits no longer than this, such as 90s.")
  private Optional<Duration> timeout = Optional.empty();

  CancelCommand(Host host) {
    super(host);
  }

  @Override
  BackendOptions.Choice prepare(BackendOptions.Choice choice) {
    if (timeout.isPresent() && !wait) {
      throw new ParameterException(
          spec().commandLine(), "--timeout has a meaning only with --wait; add that, or leave it.");
    }
    return choice;
  }

  @Override
  ExitCode call(Backend backend, BackendOptions.Choice choice) {
    JobHandle handle = backend.attach(job.name());
    JobStatus before = handle.status();
    if (before.phase().isFinal()) {
      screen().err(before.name() + " has ended already: " + StatusText.word(before.phase()) + ".");
      return ExitCode.OK;
    }
    handle.cancel();
    if (!wait) {
      screen()
          .err(
              handle.name()
                  + " is being stopped. This tells when it has: "
                  + Hints.command(List.of("status"), handle.name(), choice));
      return ExitCode.OK;
    }
    JobStatus end = handle.await(timeout.orElse(LONG));
    screen()
        .err(
            end.phase() == Phase.CANCELLED
                ? handle.name() + " has stopped."
                : handle.name() + " ended before it was stopped: " + StatusText.word(end.phase()));
    return ExitCode.OK;
  }
}
