package dev.windlass.cli;

import dev.windlass.core.backend.Backend;
import dev.windlass.core.backend.JobStatus;
import dev.windlass.core.backend.JobStatusJson;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code windlass status}. */
@Command(name = "status", description = "Shows how it stands with a job, and its attempts.")
final class StatusCommand extends BackendCommand {
  @Mixin private JobName job = new JobName();
  @Mixin private OutputOption output = new OutputOption();

  StatusCommand(Host host) {
    super(host);
  }

  @Override
  ExitCode call(Backend backend, BackendOptions.Choice choice) {
    JobStatus status = backend.attach(job.name()).status();
    screen()
        .out(
            output.output() == Output.TABLE
                ? StatusText.details(
                    status, host().clock().instant(), screen().outColour(), screen().outWidth())
                : output.output().write(JobStatusJson.write(status)));
    return ExitCode.OK;
  }
}
