package dev.windlass.core.local;

import dev.windlass.core.backend.AwaitTimeoutException;
import dev.windlass.core.backend.BackendException;
import dev.windlass.core.backend.EventLog;
import dev.windlass.core.backend.JobEvent;
import dev.windlass.core.backend.JobHandle;
import dev.windlass.core.backend.JobStatus;
import dev.windlass.core.backend.LogOptions;
import dev.windlass.core.backend.LogStream;
import dev.windlass.core.backend.Phase;
import dev.windlass.core.backend.Reason;
import dev.windlass.core.backend.Subscription;
import dev.windlass.core.job.GpuJob;
import dev.windlass.core.jobfile.JobFileException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/** A job's handle: reads its folder, and writes nothing into it but wishes. */
final class LocalJob implements JobHandle {
  /** How long to wait, beyond the termination grace, for a supervisor to stop a job. */
  private static final Duration STOPPING = Duration.ofSeconds(30);

  private final JobFolder folder;
  private final Submission submission;
  private final Following following;
  private final EventLog events;
  private boolean followed;
  private JobStatus known;

  LocalJob(JobFolder folder, Submission submission, JobStatus status, Following following) {
    this.folder = folder;
    this.submission = submission;
    this.known = status;
    this.following = following;
    this.events = following.newLog();
  }

  @Override
  public String name() {
    return folder.name();
  }

  @Override
  public synchronized JobStatus status() {
    // A listener that was told of the end must find it here, though the job may be gone since.
    known = events.latest().filter(s -> s.phase().isFinal()).orElse(known);
    if (known.phase().isFinal()) {
      return known;
    }
    try {
      Optional<JobStatus> now = folder.latest();
      // In this order: what was read before the folder was found to be gone is true.
      known = now.isPresent() && folder.isOf(submission.id()) ? now.get() : deleted(known);
      return known;
    } catch (IOException e) {
      throw failed("reading the state of", e);
    }
  }

  /** What became of a job whose folder is gone. */
  static JobStatus deleted(JobStatus last) {
    if (last.phase().isFinal()) {
      return last;
    }
    return new JobStatus(
        last.name(),
        Phase.FAILED,
        Reason.DELETED,
        "its folder was deleted before it ended",
        Reason.DELETED.remedy(),
        last.submittedAt(),
        last.startedAt(),
        Optional.of(Instant.now()),
        last.attempts());
  }

  private synchronized EventLog followed() {
    if (!followed) {
      followed = true;
      following.add(new JobFollower(folder, submission.id(), known, events));
    }
    return events;
  }

  @Override
  public Subscription events(Consumer<? super JobEvent> listener) {
    return followed().subscribe(listener);
  }

  @Override
  public LogStream logs(LogOptions options) {
    try {
      return new JobLogStream(folder, submission.id(), options, following::isClosed);
    } catch (IOException e) {
      throw failed("reading the log of", e);
    }
  }

  @Override
  public JobStatus await(Duration timeout) {
    try {
      return completion().toCompletableFuture().get(nanos(timeout), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw new AwaitTimeoutException(status(), timeout);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failed("waiting for", e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof BackendException closed ? closed : failed("waiting for", e);
    }
  }

  /** A time to wait; what is too long for a long is for ever. */
  static long nanos(Duration timeout) {
    return timeout.compareTo(Duration.ofDays(36_500)) < 0 ? timeout.toNanos() : Long.MAX_VALUE / 2;
  }

  @Override
  public CompletionStage<JobStatus> completion() {
    return followed().completion();
  }

  @Override
  public void cancel() {
    try {
      if (folder.isOf(submission.id()) && !status().phase().isFinal()) {
        wishForCancel();
        SupervisorProcess.ensure(folder);
      }
    } catch (IOException e) {
      throw failed("cancelling", e);
    }
  }

  private void wishForCancel() throws IOException {
    try {
      Files.createFile(folder.cancelFile());
    } catch (FileAlreadyExistsException e) {
      // The wish is recorded already.
    } catch (NoSuchFileException e) {
      // The job was deleted meanwhile, which is more than was wished for.
    }
  }

  @Override
  public void delete() {
    try {
      if (!folder.isOf(submission.id())) {
        return;
      }
      Duration patience = grace().plus(STOPPING);
      long giveUpAt = System.nanoTime() + patience.toNanos();
      wishForCancel();
      while (folder.isOf(submission.id())) {
        if (folder.latest().filter(s -> !s.phase().isFinal()).isPresent()) {
          SupervisorProcess.ensure(folder);
        } else if (folder.deleteUnsupervised()) {
          return;
        }
        if (System.nanoTime() - giveUpAt >= 0) {
          throw new BackendException(
              "deleting job '" + name() + "'",
              "its processes have not ended after " + patience,
              "Look at them, then delete it again");
        }
        Thread.sleep(20);
      }
    } catch (IOException e) {
      throw failed("deleting", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failed("deleting", e);
    }
  }

  private Duration grace() {
    try {
      return folder.job().terminationGrace();
    } catch (JobFileException e) {
      // Damaged by hand; it must be possible to delete it all the same.
      return GpuJob.DEFAULT_TERMINATION_GRACE;
    }
  }

  private BackendException failed(String doing, Exception e) {
    return new BackendException(
        doing + " job '" + name() + "'",
        e instanceof InterruptedException ? "this thread was interrupted" : e.toString(),
        e instanceof InterruptedException
            ? "Do it again if it is still wanted"
            : "Check the folder " + folder.path() + " and its rights",
        e);
  }

  @Override
  public String toString() {
    return "LocalJob[" + name() + "]";
  }
}
