package dev.windlass.cli;

import dev.windlass.core.backend.Backend;
import dev.windlass.core.backend.LogLine;
import dev.windlass.core.backend.LogOptions;
import dev.windlass.core.backend.LogStream;
import java.time.Duration;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code windlass logs}. */
@Command(name = "logs", description = "Shows what a job wrote.")
final class LogsCommand extends BackendCommand {
  @Mixin private JobName job = new JobName();

  @Option(
      names = {"-f", "--follow"},
      description = "Waits for more until the job ends.")
  private boolean follow;

  @Option(
      names = "--tail",
      paramLabel = "N",
      description = "Only the last N lines of what is there.")
  private Optional<Integer> tail = Optional.empty();

  @Option(
      names = "--since",
      paramLabel = "TIME",
      description = "Only what was written in this time up to now, such as 10m.")
  private Optional<Duration> since = Optional.empty();

  @Option(names = "--timestamps", description = "Puts the time before each line.")
  private boolean timestamps;

  LogsCommand(Host host) {
    super(host);
  }

  @Override
  BackendOptions.Choice prepare(BackendOptions.Choice choice) {
    if (tail.orElse(0) < 0) {
      throw new ParameterException(spec().commandLine(), "--tail is 0 or more.");
    }
    return choice;
  }

  @Override
  ExitCode call(Backend backend, BackendOptions.Choice choice) {
    LogOptions options = follow ? LogOptions.following() : LogOptions.all();
    if (tail.isPresent()) {
      options = options.tail(tail.get());
    }
    if (since.isPresent()) {
      options = options.since(host().clock().instant().minus(since.get()));
    }
    try (LogStream log = backend.attach(job.name()).logs(options)) {
      for (LogLine line : log) {
        String text = timestamps ? line.time() + " " + line.text() : line.text();
        if (line.stream() == LogLine.Stream.NOTE) {
          screen().err("[log] " + text);
        } else {
          screen().out(text);
        }
        if (screen().outBroken()) {
          break; // Whoever read has had enough.
        }
      }
    }
    return ExitCode.OK;
  }
}
