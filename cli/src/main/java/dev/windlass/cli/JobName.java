package dev.windlass.cli;

import picocli.CommandLine.Parameters;

/** The parameter that names a job. */
final class JobName {
  @Parameters(paramLabel = "NAME", description = "The job's name.")
  private String name = "";

  String name() {
    return name;
  }
}
