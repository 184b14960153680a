package dev.windlass.core.context;

import java.io.PrintStream;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * What a program knows of the job it runs in. Outside any job everything is empty, {@link #attempt}
 * is 1 and {@link #worldSize} is 1, so that the same {@code main} runs from an IDE.
 *
 * <pre>{@code
 * JobContext job = JobContext.current();
 * job.onTermination(() -> save(model));
 * for (int epoch = 1; epoch <= 50; epoch++) {
 *   double loss = train(model);
 *   job.progress(epoch, 50, Map.of("loss", loss));
 * }
 * }</pre>
 *
 * A variable that is set to what it cannot be counts as not set. Safe for use by several threads.
 */
public final class JobContext {
  private static final JobContext CURRENT = new JobContext(System.getenv(), System.out);

  private final Map<String, String> env;
  private final PrintStream out;

  private JobContext(Map<String, String> env, PrintStream out) {
    this.env = env;
    this.out = out;
  }

  /** The context of this process. */
  public static JobContext current() {
    return CURRENT;
  }

  /** A context that reads another environment and reports to another stream: for tests. */
  public static JobContext of(Map<String, String> environment, PrintStream out) {
    return new JobContext(Map.copyOf(environment), out);
  }

  /** The job's name; empty outside a job. */
  public Optional<String> job() {
    return text(JobEnvironment.JOB);
  }

  /** Which attempt this is, from 1. Attempts that the cluster took away do not count. */
  public int attempt() {
    return 1 + count(JobEnvironment.FAILED_ATTEMPTS, 0);
  }

  /** Which replica this is, from 0. */
  public int replica() {
    return count(JobEnvironment.REPLICA, 0);
  }

  /** How many replicas work together, at least 1. */
  public int worldSize() {
    return Math.max(1, count(JobEnvironment.WORLD_SIZE, 1));
  }

  /** The folder of the mount at {@code /data}; empty if the job has none. */
  public Optional<Path> dataDirectory() {
    return text(JobEnvironment.DATA_DIR).map(Path::of);
  }

  /**
   * The folder for checkpoints: the mount at {@code /checkpoints}, else {@code checkpoints} in the
   * data directory (which may have to be created), else empty.
   */
  public Optional<Path> checkpointDirectory() {
    return text(JobEnvironment.CHECKPOINT_DIR)
        .map(Path::of)
        .or(() -> dataDirectory().map(data -> data.resolve("checkpoints")));
  }

  /** The most bytes of each GPU's memory that this program should take; empty for all. */
  public OptionalLong gpuMemoryLimit() {
    return number(JobEnvironment.GPU_MEMORY_LIMIT);
  }

  /** Whether GPU memory is to be taken as it is needed; empty if the job does not say. */
  public Optional<Boolean> memoryGrowth() {
    return text(JobEnvironment.MEMORY_GROWTH)
        .filter(value -> value.equals("true") || value.equals("false"))
        .map(Boolean::valueOf);
  }

  /**
   * When the job is ended if it has not finished by then, as its submitter computed it; empty if it
   * may run for ever.
   */
  public Optional<Instant> deadline() {
    return text(JobEnvironment.DEADLINE)
        .flatMap(
            value -> {
              try {
                return Optional.of(Instant.parse(value));
              } catch (DateTimeParseException e) {
                return Optional.empty();
              }
            });
  }

  /** The time between SIGTERM and SIGKILL; empty outside a job. */
  public Optional<Duration> terminationGrace() {
    OptionalLong seconds = number(JobEnvironment.TERMINATION_GRACE);
    return seconds.isPresent()
        ? Optional.of(Duration.ofSeconds(seconds.getAsLong()))
        : Optional.empty();
  }

  /**
   * Reports progress: writes one line that the job's handle turns into an event.
   *
   * @param step what has been done, 0 or more
   * @param total what there is to do, in the same unit; 0 if that is not known
   * @param metrics numbers by name, for example the loss; those that are not finite are left out
   * @throws IllegalArgumentException if {@code step} or {@code total} is negative
   */
  public void progress(long step, long total, Map<String, ? extends Number> metrics) {
    if (step < 0 || total < 0) {
      throw new IllegalArgumentException(
          "Progress is step 0 or more of total 0 or more, not " + step + " of " + total);
    }
    StringBuilder line = new StringBuilder(JobEnvironment.PROGRESS_PREFIX);
    line.append("{\"step\":").append(step).append(",\"total\":").append(total);
    line.append(",\"metrics\":{");
    String separator = "";
    for (Map.Entry<String, ? extends Number> e : new TreeMap<>(metrics).entrySet()) {
      if (Double.isFinite(e.getValue().doubleValue())) {
        line.append(separator);
        JsonText.quote(e.getKey(), line);
        line.append(':').append(e.getValue());
        separator = ",";
      }
    }
    // One write for the whole line, so that lines of other threads do not end up inside it.
    out.println(line.append("}}"));
    out.flush();
  }

  /**
   * Says why this program is about to fail. The job's status has it as its reason if the program
   * then ends with an exit code other than 0. What was reported first counts; later calls, and
   * calls outside any job, do nothing. Never throws, and does not end the program.
   *
   * @return whether it was written down
   */
  public boolean reportFault(Fault fault) {
    return faultFile().map(file -> FaultFile.add(file, fault.line())).orElse(false);
  }

  /**
   * Reports the faults of exceptions that nobody catches, on any thread that has no handler of its
   * own, by the {@linkplain Thread#setDefaultUncaughtExceptionHandler default handler}. One that is
   * already set has them after that; without one they are printed as usual. A handler that is set
   * later replaces this one. Does nothing outside a job.
   *
   * @param faultOf tells which exceptions are faults, looking at their causes as well
   */
  public void onUncaught(Function<? super Throwable, Optional<Fault>> faultOf) {
    if (faultFile().isPresent()) {
      Uncaught.add(thrown -> faultOf.apply(thrown).ifPresent(this::reportFault));
    }
  }

  private Optional<Path> faultFile() {
    try {
      return text(JobEnvironment.FAULT_FILE).map(Path::of);
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }

  /**
   * Runs an action when the job is asked to stop (SIGTERM: cancelled, preempted, node drained),
   * then ends this process with exit code 143. Actions run one after another in the order given,
   * and have {@link #terminationGrace} together before the process is killed. They do not run when
   * the program ends by itself.
   */
  public void onTermination(Runnable action) {
    Termination.add(action);
  }

  private Optional<String> text(String name) {
    String value = env.get(name);
    return value == null || value.isBlank() ? Optional.empty() : Optional.of(value);
  }

  private int count(String name, int otherwise) {
    long value = number(name).orElse(otherwise);
    return value < Integer.MAX_VALUE ? (int) value : otherwise;
  }

  /** A number of 0 or more; what is not one counts as not set. */
  private OptionalLong number(String name) {
    Optional<String> value = text(name);
    if (value.isPresent()) {
      try {
        long number = Long.parseLong(value.get().trim());
        return number < 0 ? OptionalLong.empty() : OptionalLong.of(number);
      } catch (NumberFormatException e) {
        return OptionalLong.empty();
      }
    }
    return OptionalLong.empty();
  }
}
