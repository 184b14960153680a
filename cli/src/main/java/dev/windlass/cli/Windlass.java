package dev.windlass.cli;

import dev.windlass.core.WindlassException;
import dev.windlass.core.backend.AwaitTimeoutException;
import dev.windlass.core.backend.JobConflictException;
import dev.windlass.core.backend.JobNotFoundException;
import dev.windlass.core.job.InvalidJobException;
import dev.windlass.core.jobfile.Durations;
import dev.windlass.core.jobfile.JobFileException;
import dev.windlass.cuda.availability.CudaUnavailableException;
import dev.windlass.cuda.driver.CudaException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The root command: reads the options, runs a subcommand, puts errors in words. */
@Command(
    name = "windlass",
    description = "Runs GPU jobs: on this machine, or on Kubernetes.",
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands:%n",
    exitCodeListHeading = "%nExit codes:%n",
    footer = {"", "'windlass COMMAND --help' says more."})
final class Windlass implements Runnable {
  private final Host host;
  private final CommandLine line;

  /** What picocli prints: help and version. */
  private final StringWriter help = new StringWriter();

  @Option(
      names = {"-v", "--verbose"},
      scope = ScopeType.INHERIT,
      description = "Logs what is done, and shows where errors come from.")
  private boolean verbose;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Shows this help.")
  private boolean unusedHelp;

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Shows the version.")
  private boolean unusedVersion;

  Windlass(Host host) {
    this.host = host;
    line = new CommandLine(this);
    line.addSubcommand(new RunCommand(host))
        .addSubcommand(new StatusCommand(host))
        .addSubcommand(new LogsCommand(host))
        .addSubcommand(new ListCommand(host))
        .addSubcommand(new CancelCommand(host))
        .addSubcommand(new DeleteCommand(host))
        .addSubcommand(new GpusCommand(host))
        .addSubcommand(new DevicesCommand(host))
        .addSubcommand(new DoctorCommand(host))
        .addSubcommand(new RenderCommand(host))
        .addSubcommand(new SchemaCommand(host))
        .addSubcommand(new DemoCommand(host));
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.registerConverter(Duration.class, Windlass::duration);
    line.setOut(new PrintWriter(help));
    line.setColorScheme(
        CommandLine.Help.defaultColorScheme(host.screen().outColour() ? Ansi.ON : Ansi.OFF));
    line.getCommandSpec().version(version());
    line.getCommandSpec().usageMessage().exitCodeList(exitCodes());
    line.setExecutionStrategy(
        parsed -> {
          if (verbose) {
            host.verboseLog().run();
          }
          return new CommandLine.RunLast().execute(parsed);
        });
    line.setExitCodeExceptionMapper(e -> exitCode(e).code());
    line.setParameterExceptionHandler((e, args) -> usageError(e));
    line.setExecutionExceptionHandler((e, command, parsed) -> error(e).code());
  }

  /** Runs the command, and returns its exit code. */
  int run(String... args) {
    int code = line.execute(args);
    if (!help.toString().isEmpty()) {
      host.screen().out(help.toString());
    }
    return code;
  }

  @Override
  public void run() {
    throw new ParameterException(line, "Which command?");
  }

  private static String version() {
    String version =
        Optional.ofNullable(Windlass.class.getPackage().getImplementationVersion())
            .orElse("(not packaged)");
    return "windlass " + version + ", Java " + Runtime.version();
  }

  private static Map<String, String> exitCodes() {
    Map<String, String> codes = new LinkedHashMap<>();
    for (ExitCode code : ExitCode.values()) {
      codes.put("" + code.code(), code.meaning());
    }
    return codes;
  }

  private static Duration duration(String text) {
    try {
      return Durations.parse(text);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException("'" + text + "': " + e.getMessage());
    }
  }

  private int usageError(ParameterException e) {
    StringBuilder text = new StringBuilder(title("Error: ")).append(e.getMessage());
    if (e instanceof UnmatchedArgumentException unmatched) {
      List<String> suggestions = unmatched.getSuggestions();
      if (!suggestions.isEmpty()) {
        text.append("\nDid you mean: ").append(String.join(", ", suggestions)).append('?');
      }
    }
    String command = e.getCommandLine().getCommandSpec().qualifiedName();
    host.screen().err(text + "\n'" + command + " --help' says what there is.");
    return ExitCode.USAGE.code();
  }

  private ExitCode error(Exception e) {
    ExitCode code = exitCode(e);
    if (e instanceof WindlassException known) {
      String remedy =
          known instanceof JobConflictException
              ? "Choose another name, or add --replace if this job shall take its place"
              : known.remedy();
      host.screen()
          .err(
              title("Error while " + known.doing() + ":")
                  + ("\n" + known.problem()).replace("\n", "\n  ")
                  + "\n"
                  + remedy
                  + "."
                  + (verbose ? "\n" + trace(e) : ""));
    } else {
      host.screen()
          .err(
              title("This is a fault of windlass, not yours.")
                  + " Please report it with these lines:\n"
                  + trace(e));
    }
    return code;
  }

  private static ExitCode exitCode(Throwable e) {
    if (e instanceof JobFileException || e instanceof InvalidJobException) {
      return ExitCode.USAGE;
    }
    if (e instanceof JobNotFoundException) {
      return ExitCode.NO_SUCH_JOB;
    }
    if (e instanceof AwaitTimeoutException) {
      return ExitCode.TIMEOUT;
    }
    if (e instanceof CudaUnavailableException || e instanceof CudaException) {
      return ExitCode.NO_CUDA;
    }
    return e instanceof WindlassException ? ExitCode.BACKEND : ExitCode.FAULT;
  }

  private String title(String text) {
    return Style.RED.apply(text, host.screen().errColour());
  }

  private static String trace(Exception e) {
    StringWriter text = new StringWriter();
    e.printStackTrace(new PrintWriter(text));
    return text.toString();
  }
}
