package dev.windlass.kube.follow;

import dev.windlass.core.backend.BackendException;
import dev.windlass.core.backend.JobStatus;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/** The end of a job, for all who wait for it. */
final class Ending {
  private final CompletableFuture<JobStatus> known = new CompletableFuture<>();
  private final CompletionStage<JobStatus> told;

  /**
   * An end that has not come.
   *
   * @param callers runs what callers do at the end: that may take any time, and the thread that
   *     sees the end has other jobs to follow
   */
  Ending(Executor callers) {
    told = known.whenCompleteAsync((end, e) -> {}, callers).minimalCompletionStage();
  }

  void is(JobStatus end) {
    known.complete(end);
  }

  /** It will never be known. */
  void isLost(BackendException why) {
    known.completeExceptionally(why);
  }

  /** Does something quick at the end, if that is ever known. */
  void then(Consumer<JobStatus> action) {
    var unused = known.thenAccept(action);
  }

  /** Does something quick at the end, or when it is lost. */
  void whenOver(Runnable action) {
    var unused = known.whenComplete((end, e) -> action.run());
  }

  /** For callers. */
  CompletionStage<JobStatus> told() {
    return told;
  }

  /**
   * Waits for the end.
   *
   * @return the final status; empty if it does not come within that time
   * @throws BackendException if it will never be known
   */
  Optional<JobStatus> await(Duration timeout) throws InterruptedException {
    try {
      // Takes what is too long to count for the longest time there is.
      long nanos = TimeUnit.NANOSECONDS.convert(timeout);
      return Optional.of(known.get(nanos, TimeUnit.NANOSECONDS));
    } catch (TimeoutException e) {
      return Optional.empty();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof BackendException lost
          ? lost
          : new IllegalStateException(e.getCause());
    }
  }
}
