package dev.windlass.cli;

import dev.windlass.core.backend.Backend;
import dev.windlass.core.backend.JobHandle;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code windlass delete}. */
@Command(name = "delete", description = "Stops a job and deletes it with its record and its log.")
final class DeleteCommand extends BackendCommand {
  @Mixin private JobName job = new JobName();

  DeleteCommand(Host host) {
    super(host);
  }

  @Override
  ExitCode call(Backend backend, BackendOptions.Choice choice) {
    JobHandle handle = backend.attach(job.name());
    handle.delete();
    screen().err(handle.name() + " is deleted.");
    return ExitCode.OK;
  }
}
