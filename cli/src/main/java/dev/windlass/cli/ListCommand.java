package dev.windlass.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.windlass.core.backend.Backend;
import dev.windlass.core.backend.JobStatus;
import dev.windlass.core.backend.JobStatusJson;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code windlass list}. */
@Command(name = "list", description = "Shows all jobs, newest first.")
final class ListCommand extends BackendCommand {
  @Mixin private OutputOption output = new OutputOption();

  ListCommand(Host host) {
    super(host);
  }

  @Override
  ExitCode call(Backend backend, BackendOptions.Choice choice) {
    List<JobStatus> jobs = backend.list();
    if (output.output() != Output.TABLE) {
      screen().out(output.output().write(json(jobs)));
    } else if (jobs.isEmpty()) {
      screen().err("There are no jobs.");
    } else {
      screen()
          .out(
              StatusText.table(
                  jobs, host().clock().instant(), screen().outColour(), screen().outWidth()));
    }
    return ExitCode.OK;
  }

  private static ArrayNode json(List<JobStatus> jobs) {
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    jobs.forEach(job -> array.add(JobStatusJson.write(job)));
    return array;
  }
}
