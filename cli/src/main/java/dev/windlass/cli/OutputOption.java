package dev.windlass.cli;

import picocli.CommandLine.Option;

/** The option for the form of the result. */
final class OutputOption {
  @Option(
      names = {"-o", "--output"},
      paramLabel = "table|json|yaml",
      description = "The form of the result. Default: ${DEFAULT-VALUE}.",
      defaultValue = "table")
  private Output output = Output.TABLE;

  Output output() {
    return output;
  }
}
