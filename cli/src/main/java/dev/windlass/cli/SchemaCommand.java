package dev.windlass.cli;

import dev.windlass.core.jobfile.JobFile;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code windlass schema}. */
@Command(name = "schema", description = "Prints the JSON Schema of job files, for editors.")
final class SchemaCommand implements Callable<Integer> {
  private final Host host;

  SchemaCommand(Host host) {
    this.host = host;
  }

  @Override
  public Integer call() {
    host.screen().out(JobFile.schema());
    return ExitCode.OK.code();
  }
}
