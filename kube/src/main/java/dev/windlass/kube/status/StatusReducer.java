package dev.windlass.kube.status;

import dev.windlass.core.backend.Attempt;
import dev.windlass.core.backend.JobStatus;
import dev.windlass.core.backend.Phase;
import dev.windlass.core.backend.Reason;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What the objects of a job mean. A pure function of the latest objects, not of the changes between
 * them: so it does not matter which changes were missed, and every program that looks at the same
 * objects says the same.
 *
 * <p>The Job's own conditions alone decide that a job has ended; pods say why. Conditions and
 * reasons: Kubernetes API reference, batch/v1 JobStatus.
 *
 * <p>Phases go forward, but for these: back to PENDING when a pod is replaced (a retry, or the
 * cluster took it away), and to QUEUED when someone suspends the Job, from where it comes to
 * PENDING when it is resumed.
 */
public final class StatusReducer {
  /**
   * Kubernetes repeats the warning about a mount every two to four minutes for as long as it fails.
   * If it has not for longer, the mount was made, and what takes its time is the image.
   */
  private static final Duration WARNING_REPEATED = Duration.ofMinutes(5);

  private StatusReducer() {}

  /** The status that follows from these objects. */
  public static JobStatus reduce(JobFacts facts) {
    return new Reduction(facts).status();
  }

  /**
   * The time by which the job must be able to start, if there is one and it cannot now. Whoever
   * follows the job gives it up then, if this still says so.
   */
  public static Optional<Instant> startDeadline(JobFacts facts) {
    return new Reduction(facts).startDeadline();
  }

  /** One reduction: the facts, and what is derived from them more than once. */
  private static final class Reduction {
    private final JobReader job;
    private final boolean gone;
    private final Warnings warnings;
    private final List<PodReader> pods;
    private final Optional<PodReader> latest;
    private final Optional<PodReader> active;

    Reduction(JobFacts facts) {
      this.job = new JobReader(facts.job());
      this.gone = facts.deleted();
      this.warnings = new Warnings(facts.warnings());
      this.pods = facts.pods().stream().map(PodReader::new).toList();
      this.latest = last(pods);
      this.active = last(pods.stream().filter(p -> !p.isOver()).toList());
    }

    JobStatus status() {
      Optional<JobCondition> complete = job.condition("Complete");
      if (complete.isPresent()) {
        return end(Phase.SUCCEEDED, Cause.NONE, Stream.of(job.time(complete.get())));
      }
      Optional<JobCondition> failed = job.condition("Failed");
      if (failed.isPresent()) {
        return end(Phase.FAILED, finalFailure(failed.get()), Stream.of(job.time(failed.get())));
      }
      if (gone || (job.isStopping() && job.heldSince().isPresent())) {
        return endedByHand();
      }
      return beforeTheEnd();
    }

    /** Cancelled, given up or deleted. A Job that is both stopped and deleted was stopped. */
    private JobStatus endedByHand() {
      Stream<Instant> times =
          Stream.of(job.cancelledAt(), job.heldSince(), job.deletedAt()).flatMap(Optional::stream);
      if (job.givenUp().isPresent()) {
        return end(Phase.FAILED, job.givenUp().get(), times);
      }
      return job.cancelledAt().isPresent()
          ? end(Phase.CANCELLED, new Cause(Reason.CANCELLED, "Cancelled", ""), times)
          : end(Phase.FAILED, deleted(), times);
    }

    private JobStatus beforeTheEnd() {
      if (job.isStopping()) {
        return now(
            reached(),
            job.givenUp().orElse(new Cause(Reason.CANCELLED, "It is being stopped", "")));
      }
      if (job.deletedAt().isPresent()) {
        return now(reached(), new Cause(Reason.DELETED, "It is being deleted", ""));
      }
      if (job.isSuspended()) {
        boolean runsYet = pods.stream().anyMatch(PodReader::isRunning);
        return now(
            runsYet ? Phase.RUNNING : Phase.QUEUED,
            Cause.of(Reason.SUSPENDED, "spec.suspend of the Job is set"));
      }
      // The Job has drawn its conclusion, and waits for its pods to end before it says so.
      Optional<JobCondition> failing = job.condition("FailureTarget");
      if (failing.isPresent()) {
        return now(reached(), failure(failing.get()).orElseGet(() -> words(failing.get())));
      }
      return active.map(this::underWay).orElseGet(this::withoutPod);
    }

    private JobStatus underWay(PodReader pod) {
      if (pod.isRunning()) {
        return now(Phase.RUNNING, pod.running());
      }
      Cause cause = pod.waiting();
      if (pod.node().isEmpty()) {
        return now(Phase.PENDING, cause);
      }
      if (cause.reason() == Reason.NONE) {
        cause = heldUp(pod).map(Warnings.Seen::cause).orElse(Cause.NONE);
      }
      return now(Phase.STARTING, cause);
    }

    private Optional<Warnings.Seen> heldUp(PodReader pod) {
      return pod.hasSandbox() ? Optional.empty() : warnings.podHeldUp(pod.metadata());
    }

    /**
     * No pod is there yet, or no pod is there any more and the Job has not drawn its conclusion.
     */
    private JobStatus withoutPod() {
      Optional<Warnings.Seen> refused = warnings.podRefused(job.metadata());
      if (latest.isEmpty()) {
        return now(Phase.PENDING, refused.map(Warnings.Seen::cause).orElse(Cause.NONE));
      }
      PodReader pod = latest.get();
      if (pod.succeeded()) {
        return now(reached(), new Cause(Reason.NONE, "The program has ended", ""));
      }
      Cause ending = pod.ending();
      // A pod that was deleted may have been so by a suspension, and is then replaced.
      if (job.retries().isPresent()
          && usesUpRetries(pod)
          && ending.reason() != Reason.POD_DELETED) {
        return now(reached(), ending);
      }
      Cause retry =
          new Cause(
              ending.reason(),
              "Attempt " + (1 + pod.failuresBefore()) + ": " + ending.message(),
              "");
      return now(
          Phase.PENDING,
          refused.filter(r -> r.at().isAfter(pod.createdAt())).map(r -> r.cause()).orElse(retry));
    }

    /** Whether no other pod follows if this one fails; what the cluster took away is replaced. */
    private boolean usesUpRetries(PodReader pod) {
      return pod.failuresBefore() >= job.retries().orElse(0) && !pod.wasDisrupted();
    }

    /** How far it has come, where its end is near but not there. */
    private Phase reached() {
      Optional<PodReader> pod = active.or(() -> latest);
      if (pod.isEmpty()) {
        return Phase.PENDING;
      }
      if (pod.get().isRunning() || pod.get().startedAt().isPresent()) {
        return Phase.RUNNING;
      }
      return pod.get().node().isPresent() ? Phase.STARTING : Phase.PENDING;
    }

    private Cause finalFailure(JobCondition failed) {
      String text = Fields.text(failed.getMessage());
      Cause podGone =
          Cause.of(
              Reason.POD_DELETED,
              "The pod of its last run is not there any more: it was deleted (" + text + ")");
      boolean podsDecided = pods.isEmpty() || isByIndex(failed);
      Cause cause = failure(failed).orElse(podsDecided ? podGone : words(failed));
      // Deleting a Job deletes its pods first, and that can count as its failure.
      boolean deletedBefore =
          job.deletedAt().filter(at -> at.isBefore(job.time(failed))).isPresent();
      return deletedBefore && cause.reason() == Reason.POD_DELETED ? deleted() : cause;
    }

    /** Why the Job has failed, if its condition says so by itself or a pod that is known does. */
    private Optional<Cause> failure(JobCondition failed) {
      if ("DeadlineExceeded".equals(failed.getReason())) {
        String seconds = job.deadlineSeconds().map(s -> " of " + s + " s").orElse("");
        return Optional.of(Cause.of(Reason.DEADLINE, "The deadline" + seconds + " passed"));
      }
      return last(pods.stream()
              .filter(p -> p.isOver() && !p.succeeded())
              .filter(p -> !isByIndex(failed) || usesUpRetries(p))
              .toList())
          .map(PodReader::ending);
    }

    /** Whether the Job failed by its pod's last retry: then an earlier pod is not the cause. */
    private static boolean isByIndex(JobCondition failed) {
      return List.of("FailedIndexes", "MaxFailedIndexesExceeded").contains(failed.getReason());
    }

    private static Cause words(JobCondition condition) {
      return Cause.of(
          Reason.OTHER,
          Fields.text(condition.getReason()) + ": " + Fields.text(condition.getMessage()));
    }

    private Cause deleted() {
      return Cause.of(Reason.DELETED, "Job " + job.name() + " was deleted by someone");
    }

    Optional<Instant> startDeadline() {
      Optional<Long> seconds = job.startDeadlineSeconds();
      JobStatus status = status();
      if (seconds.isEmpty() || job.isSuspended() || status.phase() != Phase.STARTING) {
        return Optional.empty();
      }
      Optional<Instant> deadline =
          active.flatMap(PodReader::scheduledAt).map(at -> at.plusSeconds(seconds.get()));
      return switch (status.reason()) {
        case IMAGE_PULL, CONFIG_ERROR, COMMAND_NOT_FOUND, GPU_UNAVAILABLE, DRIVER_MISMATCH ->
            deadline;
        case MOUNT, OTHER -> deadline.filter(this::isHeldUpUntil);
        default -> Optional.empty();
      };
    }

    /** Whether the container cannot be made, or the warnings go on until that time. */
    private boolean isHeldUpUntil(Instant deadline) {
      Optional<Instant> warned = active.flatMap(this::heldUp).map(Warnings.Seen::at);
      return active.map(p -> p.waiting().reason() != Reason.NONE).orElse(false)
          || warned.filter(at -> deadline.isBefore(at.plus(WARNING_REPEATED))).isPresent();
    }

    private JobStatus now(Phase phase, Cause cause) {
      return status(phase, cause, Optional.empty(), pods.stream().map(PodReader::attempt).toList());
    }

    /** Where the last run did not end by itself, it ended for the reason for which the job did. */
    private JobStatus end(Phase phase, Cause cause, Stream<Instant> times) {
      List<Attempt> attempts = new ArrayList<>(pods.stream().map(PodReader::attempt).toList());
      if (latest.isPresent()) {
        Attempt run = attempts.remove(attempts.size() - 1);
        boolean byItself = latest.get().isOver() && run.reason() != Reason.POD_DELETED;
        attempts.add(byItself ? run : because(run, cause));
      }
      Stream<Instant> runs =
          attempts.stream()
              .flatMap(a -> Stream.of(a.startedAt(), a.finishedAt()))
              .flatMap(Optional::stream);
      Optional<Instant> at =
          Stream.of(times, runs, Stream.of(job.submittedAt()))
              .flatMap(s -> s)
              .max(Comparator.naturalOrder());
      return status(phase, cause, at, attempts);
    }

    private static Attempt because(Attempt run, Cause cause) {
      return new Attempt(
          run.number(),
          run.replica(),
          run.node(),
          run.pod(),
          run.startedAt(),
          run.finishedAt(),
          run.exitCode(),
          cause.reason(),
          cause.message());
    }

    private JobStatus status(
        Phase phase, Cause cause, Optional<Instant> finishedAt, List<Attempt> attempts) {
      return new JobStatus(
          job.name(),
          phase,
          cause.reason(),
          cause.message(),
          cause.remedy(),
          job.submittedAt(),
          attempts.stream().flatMap(a -> a.startedAt().stream()).min(Comparator.naturalOrder()),
          finishedAt,
          attempts);
    }

    private static <T> Optional<T> last(List<T> list) {
      return list.isEmpty() ? Optional.empty() : Optional.of(list.get(list.size() - 1));
    }
  }
}
