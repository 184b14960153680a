package dev.windlass.core.backend;

import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** One submitted job. Safe for use by several threads. */
public interface JobHandle {

  /** The job's name. */
  String name();

  /**
   * The job's present state, as far as this process knows.
   *
   * @throws BackendException if nothing is known of it yet and the backend cannot be reached
   */
  JobStatus status();

  /**
   * Tells a listener all that happens to the job, from the start: what happened before the call is
   * told first. Events come one at a time and in order, on a thread of the backend; the last one is
   * the {@link JobEvent.StatusChanged} to a final phase. A listener that throws is told no more.
   *
   * @return closing it ends the telling
   */
  Subscription events(Consumer<? super JobEvent> listener);

  /**
   * What the job writes. The stream survives lost connections; each line comes once and in order,
   * and a gap that cannot be closed is itself a line.
   */
  LogStream logs(LogOptions options);

  /**
   * Waits for the job to end.
   *
   * @return the final state
   * @throws AwaitTimeoutException if it has not ended within that time; the job goes on
   * @throws BackendException if this thread is interrupted, or the backend is closed meanwhile
   */
  JobStatus await(Duration timeout);

  /** Completes with the final state; exceptionally only if the backend is closed before. */
  CompletionStage<JobStatus> completion();

  /**
   * Stops the job and keeps its record and logs. The program gets SIGTERM, and SIGKILL after its
   * termination grace. Does nothing if the job has ended. Returns when the wish is recorded; the
   * job has stopped when its phase is {@link Phase#CANCELLED}.
   *
   * @throws BackendException if the backend cannot be reached
   */
  void cancel();

  /**
   * Stops the job and deletes it with all it owns. Does nothing if it is gone already.
   *
   * @throws BackendException if the backend cannot be reached
   */
  void delete();
}
