package dev.windlass.cli;

import dev.windlass.core.backend.Backend;
import dev.windlass.core.backend.JobHandle;
import dev.windlass.core.backend.JobStatus;
import dev.windlass.core.backend.JobStatusJson;
import dev.windlass.core.backend.Phase;
import dev.windlass.core.backend.Subscription;
import dev.windlass.core.job.GpuJob;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** One job on its way: submitted, followed, and what became of it as an exit code. */
final class Submission {
  /** What is older than the submit, by more than clocks differ, was there before it. */
  private static final Duration CLOCK_DIFFERENCE = Duration.ofSeconds(5);

  /** How to submit and what to show. */
  static final class Options {
    @Option(
        names = {"-d", "--detach"},
        description = "Submits the job and does not wait for it.")
    private boolean detach;

    @Option(
        names = "--replace",
        description = "Deletes the job of that name first, if there is one.")
    private boolean replace;

    @Option(
        names = "--timeout",
        paramLabel = "TIME",
        description = "Waits no longer than this, such as 90s or 1h; the job goes on.")
    private Optional<Duration> timeout = Optional.empty();

    @Mixin private OutputOption output = new OutputOption();

    /** Has an earlier run of the job make room for this one. */
    void setReplace() {
      replace = true;
    }
  }

  private final Host host;
  private final Screen screen;
  private final Backend backend;
  private final BackendOptions.Choice choice;
  private final Options options;

  Submission(Host host, Backend backend, BackendOptions.Choice choice, Options options) {
    this.host = host;
    this.screen = host.screen();
    this.backend = backend;
    this.choice = choice;
    this.options = options;
  }

  /** Submits the job and, unless detached, follows it to its end. */
  ExitCode run(GpuJob job) {
    screen.err(header(job));
    AtomicBoolean submitted = new AtomicBoolean();
    Subscription hook = host.onInterrupt().apply(() -> sayWhatHappens(job.name(), submitted.get()));
    try {
      Instant before = host.clock().instant();
      JobHandle handle = options.replace ? backend.replace(job) : backend.submit(job);
      submitted.set(true);
      JobStatus first = handle.status();
      if (first.submittedAt().isBefore(before.minus(CLOCK_DIFFERENCE))) {
        sayItWasThere(first);
      }
      return options.detach ? detach(first) : follow(handle);
    } finally {
      hook.close();
    }
  }

  private ExitCode detach(JobStatus status) {
    screen.err(
        StatusText.change(status, screen.errColour()) + "\n" + Hints.goesOn(status.name(), choice));
    result(status);
    return ExitCode.OK;
  }

  private ExitCode follow(JobHandle handle) {
    boolean logToErr = options.output.output() != Output.TABLE;
    JobDisplay display = new JobDisplay(screen, host.clock(), logToErr);
    Optional<JobStatus> end =
        new Follow(handle, display, screen, host.clock(), options.timeout).run();
    if (end.isEmpty()) {
      screen.bar("");
      screen.err(
          "The time to wait is up. "
              + handle.name()
              + " goes on.\n"
              + Hints.goesOn(handle.name(), choice));
      result(handle.status());
      return ExitCode.TIMEOUT;
    }
    display.end(end.get());
    result(end.get());
    return exitCode(end.get().phase());
  }

  /** The exit code for a job that ended so. */
  static ExitCode exitCode(Phase end) {
    return switch (end) {
      case SUCCEEDED -> ExitCode.OK;
      case CANCELLED -> ExitCode.JOB_CANCELLED;
      default -> ExitCode.JOB_FAILED;
    };
  }

  private void result(JobStatus status) {
    Output output = options.output.output();
    if (output != Output.TABLE) {
      screen.out(output.write(JobStatusJson.write(status)));
    }
  }

  private void sayItWasThere(JobStatus first) {
    screen.err(
        "A job of that name and description was submitted "
            + Numbers.time(Duration.between(first.submittedAt(), host.clock().instant()))
            + " ago; nothing new is started. "
            + (first.phase().isFinal()
                ? "It has ended; to run it again, add --replace."
                : "It is followed now."));
  }

  private void sayWhatHappens(String name, boolean submitted) {
    screen.bar("");
    screen.err(
        submitted
            ? "\n" + name + " goes on.\n" + Hints.goesOn(name, choice)
            : "\nIt is not certain whether "
                + name
                + " was submitted. This tells: "
                + Hints.command(List.of("status"), name, choice));
    screen.close();
  }

  private String header(GpuJob job) {
    Fields fields = new Fields(screen.errColour());
    fields.add("Job", job.name());
    fields.add("Backend", choice.kind().toString());
    choice.namespace().ifPresent(n -> fields.add("Namespace", n));
    String unused =
        choice.kind() == BackendOptions.Kind.LOCAL ? " (not used: jobs are processes here)" : "";
    job.image().ifPresent(image -> fields.add("Image", image + unused));
    fields.add("GPUs", gpus(job));
    job.memory().ifPresent(m -> fields.add("Memory", m.toString()));
    fields.add("Retries", job.retries() > 0 ? "" + job.retries() : "");
    job.deadline().ifPresent(d -> fields.add("Deadline", Numbers.time(d)));
    return fields.render();
  }

  private static String gpus(GpuJob job) {
    StringBuilder text = new StringBuilder().append(job.gpu().count());
    job.gpu().product().ifPresent(p -> text.append(' ').append(p));
    job.gpu().memory().ifPresent(m -> text.append(", each with ").append(m).append(" or more"));
    job.gpu()
        .computeCapability()
        .ifPresent(c -> text.append(", compute capability ").append(c).append(" or more"));
    return text.toString();
  }
}
