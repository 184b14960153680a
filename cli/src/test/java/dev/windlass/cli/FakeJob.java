package dev.windlass.cli;

import dev.windlass.core.backend.Attempt;
import dev.windlass.core.backend.AwaitTimeoutException;
import dev.windlass.core.backend.BackendException;
import dev.windlass.core.backend.EventLog;
import dev.windlass.core.backend.JobEvent;
import dev.windlass.core.backend.JobHandle;
import dev.windlass.core.backend.JobStatus;
import dev.windlass.core.backend.LogLine;
import dev.windlass.core.backend.LogOptions;
import dev.windlass.core.backend.LogStream;
import dev.windlass.core.backend.Phase;
import dev.windlass.core.backend.Reason;
import dev.windlass.core.backend.Subscription;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A job that does what a test says, on the thread that says it. */
final class FakeJob implements JobHandle {
  static final Instant START = Instant.parse("2026-11-24T20:00:00Z");

  private final String name;
  private final EventLog events = new EventLog(Runnable::run);
  private final BlockingQueue<LogLine> log = new LinkedBlockingQueue<>();
  private volatile boolean logEnded;
  private Optional<BackendException> logFailure = Optional.empty();
  private final List<LogOptions> logRequests = new ArrayList<>();
  private Runnable onLogs = () -> {};
  private Optional<RuntimeException> fault = Optional.empty();
  private boolean cancelled;
  private boolean deleted;

  FakeJob(String name) {
    this.name = name;
    phase(Phase.PENDING);
  }

  static Instant at(double seconds) {
    return START.plusMillis(Math.round(seconds * 1000));
  }

  FakeJob status(JobStatus status) {
    events.add(new JobEvent.StatusChanged(status.submittedAt(), status));
    return this;
  }

  FakeJob phase(Phase phase) {
    return phase(phase, Reason.NONE, "", "");
  }

  FakeJob phase(Phase phase, Reason reason, String message, String remedy) {
    boolean ran = phase == Phase.RUNNING || phase.isFinal();
    OptionalInt exit =
        phase == Phase.SUCCEEDED
            ? OptionalInt.of(0)
            : reason == Reason.EXIT_CODE ? OptionalInt.of(3) : OptionalInt.empty();
    Optional<Instant> end = phase.isFinal() ? Optional.of(at(12)) : Optional.empty();
    List<Attempt> attempts =
        ran
            ? List.of(
                new Attempt(
                    1,
                    0,
                    Optional.of("node-a"),
                    Optional.of(name + "-0"),
                    Optional.of(at(2)),
                    end,
                    exit,
                    reason,
                    message))
            : List.of();
    status(
        new JobStatus(
            name,
            phase,
            reason,
            message,
            remedy,
            START,
            ran ? Optional.of(at(2)) : Optional.empty(),
            end,
            attempts));
    if (phase.isFinal()) {
      logEnded = true;
    }
    return this;
  }

  FakeJob progress(long step, long total, double seconds, Map<String, Double> metrics) {
    events.add(new JobEvent.Progress(at(seconds), 1, 0, step, total, metrics));
    return this;
  }

  FakeJob line(String text) {
    return line(LogLine.Stream.STDOUT, text);
  }

  FakeJob line(LogLine.Stream stream, String text) {
    log.add(new LogLine(at(3), 1, 0, stream, text));
    return this;
  }

  FakeJob logFails(BackendException failure) {
    logFailure = Optional.of(failure);
    return this;
  }

  /** Its deletion fails with this. */
  void fault(RuntimeException value) {
    fault = Optional.of(value);
  }

  FakeJob onLogs(Runnable action) {
    onLogs = action;
    return this;
  }

  List<LogOptions> logRequests() {
    return logRequests;
  }

  boolean cancelled() {
    return cancelled;
  }

  boolean deleted() {
    return deleted;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public JobStatus status() {
    return events.latest().orElseThrow();
  }

  @Override
  public Subscription events(Consumer<? super JobEvent> listener) {
    return events.subscribe(listener);
  }

  @Override
  public LogStream logs(LogOptions options) {
    logRequests.add(options);
    onLogs.run();
    return new FakeLog();
  }

  @Override
  public JobStatus await(Duration timeout) {
    JobStatus now = status();
    if (!now.phase().isFinal()) {
      throw new AwaitTimeoutException(now, timeout);
    }
    return now;
  }

  @Override
  public CompletionStage<JobStatus> completion() {
    return events.completion();
  }

  void lose(BackendException why) {
    logEnded = true;
    events.abandon(why);
  }

  @Override
  public void cancel() {
    cancelled = true;
    phase(Phase.CANCELLED, Reason.CANCELLED, "", "");
  }

  @Override
  public void delete() {
    fault.ifPresent(
        e -> {
          throw e;
        });
    deleted = true;
  }

  private final class FakeLog implements LogStream {
    @Override
    public Iterator<LogLine> iterator() {
      return new Iterator<>() {
        @Override
        public boolean hasNext() {
          return !ended();
        }

        @Override
        public LogLine next() {
          return poll(Duration.ofSeconds(10)).orElseThrow(NoSuchElementException::new);
        }
      };
    }

    @Override
    public Optional<LogLine> poll(Duration timeout) {
      if (logFailure.isPresent()) {
        throw logFailure.get();
      }
      try {
        return Optional.ofNullable(log.poll(timeout.toMillis(), TimeUnit.MILLISECONDS));
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public boolean ended() {
      return logEnded && log.isEmpty();
    }

    @Override
    public void close() {}
  }
}
