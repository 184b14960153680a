package dev.windlass.kube.status;

import dev.windlass.core.backend.Attempt;
import dev.windlass.core.backend.JobStatus;
import dev.windlass.core.backend.Phase;
import dev.windlass.core.backend.Reason;
import dev.windlass.kube.render.Names;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the objects of a job mean. A pure function of the latest objects, not of the changes between
 * them: so it does not matter which changes were missed, and every program that looks at the same
 * objects says the same.
 *
 * <p>The Job's own conditions alone decide that a job has ended; pods say why. Conditions and
 * reasons: Kubernetes API reference, batch/v1 JobStatus.
 */
public final class StatusReducer {
  private StatusReducer() {}

  /** The status that follows from these objects. */
  public static JobStatus reduce(JobFacts facts) {
    return new Reduction(facts).status();
  }

  /** The time by which the job must be able to start, if there is one and it cannot now. */
  public static Optional<Instant> startDeadline(JobFacts facts) {
    return new Reduction(facts).startDeadline();
  }

  /** One reduction: the facts, and what is derived from them more than once. */
  private static final class Reduction {
    private final JobFacts facts;
    private final Job job;
    private final List<PodReader> pods;
    private final List<Attempt> attempts;

    Reduction(JobFacts facts) {
      this.facts = facts;
      this.job = facts.job();
      this.pods = facts.pods().stream().map(PodReader::new).toList();
      this.attempts = pods.stream().map(PodReader::attempt).toList();
    }

    JobStatus status() {
      Optional<JobCondition> complete = condition("Complete");
      if (complete.isPresent()) {
        return end(Phase.SUCCEEDED, Cause.NONE, time(complete.get()));
      }
      Optional<JobCondition> failed = condition("Failed");
      if (failed.isPresent()) {
        return end(Phase.FAILED, failure(failed.get()), time(failed.get()));
      }
      if (facts.deleted()) {
        Cause cause =
            annotation(Names.CANCELLED_AT).isPresent()
                ? Cause.of(Reason.CANCELLED, "The job was cancelled and then deleted")
                : Cause.of(
                    Reason.DELETED,
                    "Job " + job.getMetadata().getName() + " was deleted by someone");
        Phase phase = cause.reason() == Reason.CANCELLED ? Phase.CANCELLED : Phase.FAILED;
        return end(phase, cause, Fields.parse(job.getMetadata().getDeletionTimestamp()));
      }
      if (isSuspended()) {
        return suspended();
      }
      return underWay();
    }

    /** Suspended by Windlass to end it, or by someone else to hold it. */
    private JobStatus suspended() {
      Optional<String> cancelledAt = annotation(Names.CANCELLED_AT);
      Optional<String> failedReason = annotation(Names.FAILED_REASON);
      boolean stopped = condition("Suspended").isPresent() && !hasActivePods();
      if (failedReason.isPresent()) {
        Cause cause =
            Cause.of(
                reason(failedReason.get()), annotation(Names.FAILED_MESSAGE).orElse("Given up"));
        return stopped
            ? end(Phase.FAILED, cause, condition("Suspended").flatMap(this::time))
            : now(Phase.STARTING, cause);
      }
      if (cancelledAt.isPresent()) {
        Cause cause = new Cause(Reason.CANCELLED, "Cancelled", "");
        return stopped
            ? end(Phase.CANCELLED, cause, Fields.parse(cancelledAt.get()))
            : now(
                isRunning() ? Phase.RUNNING : Phase.PENDING,
                new Cause(Reason.CANCELLED, "Stopping", ""));
      }
      return now(Phase.QUEUED, Cause.of(Reason.SUSPENDED, "spec.suspend of the Job is set"));
    }

    private JobStatus underWay() {
      Optional<PodReader> active = last(pods.stream().filter(p -> !p.isOver()).toList());
      if (active.isEmpty()) {
        return withoutPod();
      }
      PodReader pod = active.get();
      if (pod.isRunning()) {
        return now(Phase.RUNNING, pod.running());
      }
      Cause cause = pod.waiting();
      if (pod.node().isEmpty()) {
        return now(Phase.PENDING, cause);
      }
      if (cause.reason() == Reason.NONE) {
        cause = mountTrouble(pod.name()).orElse(Cause.NONE);
      }
      return now(Phase.STARTING, cause);
    }

    /**
     * No pod is there yet, or no pod is there any more and the Job has not drawn its conclusion.
     */
    private JobStatus withoutPod() {
      Optional<PodReader> latest = last(pods);
      if (latest.isPresent()) {
        if (latest.get().succeeded()) {
          return now(Phase.RUNNING, new Cause(Reason.NONE, "The program has ended", ""));
        }
        Cause ending = latest.get().ending();
        return now(
            Phase.PENDING,
            new Cause(ending.reason(), "Attempt " + attempts.size() + ": " + ending.message(), ""));
      }
      return now(Phase.PENDING, refusedPods().orElse(Cause.NONE));
    }

    private Optional<Cause> mountTrouble(String pod) {
      return last(warnings(pod, "FailedMount", "FailedAttachVolume", "FailedMapVolume"))
          .map(e -> Cause.of(Reason.MOUNT, Fields.text(e.getMessage())));
    }

    /** The Job controller cannot make a pod: it says so by an event only. */
    private Optional<Cause> refusedPods() {
      return last(warnings(job.getMetadata().getName(), "FailedCreate"))
          .map(
              e -> {
                String text = Fields.text(e.getMessage());
                return Cause.of(
                    text.contains("exceeded quota") || text.contains("failed quota")
                        ? Reason.QUOTA_EXCEEDED
                        : Reason.ADMISSION_REFUSED,
                    text);
              });
    }

    private List<Event> warnings(String object, String... reasons) {
      return facts.warnings().stream()
          .filter(e -> object.equals(e.getInvolvedObject().getName()))
          .filter(e -> Arrays.asList(reasons).contains(e.getReason()))
          .toList();
    }

    private Cause failure(JobCondition failed) {
      if ("DeadlineExceeded".equals(failed.getReason())) {
        Long seconds = job.getSpec().getActiveDeadlineSeconds();
        return Cause.of(
            Reason.DEADLINE,
            "The deadline" + (seconds == null ? "" : " of " + seconds + " s") + " passed");
      }
      Optional<PodReader> last =
          last(pods.stream().filter(p -> p.isOver() && !p.succeeded()).toList());
      if (last.isPresent()) {
        return last.get().ending();
      }
      if (pods.isEmpty()) {
        return Cause.of(
            Reason.POD_DELETED,
            "Its pod is not there any more: it was deleted ("
                + Fields.text(failed.getMessage())
                + ")");
      }
      return Cause.of(
          Reason.OTHER, Fields.text(failed.getReason()) + ": " + Fields.text(failed.getMessage()));
    }

    Optional<Instant> startDeadline() {
      Optional<Long> seconds =
          annotation(Names.START_DEADLINE).filter(s -> s.matches("\\d{1,9}")).map(Long::parseLong);
      Optional<PodReader> pod = last(pods.stream().filter(p -> !p.isOver()).toList());
      if (seconds.isEmpty() || pod.isEmpty() || status().phase() != Phase.STARTING) {
        return Optional.empty();
      }
      return switch (status().reason()) {
        case IMAGE_PULL, MOUNT, CONFIG_ERROR, COMMAND_NOT_FOUND ->
            pod.get().scheduledAt().map(at -> at.plusSeconds(seconds.get()));
        default -> Optional.empty();
      };
    }

    private JobStatus now(Phase phase, Cause cause) {
      return status(phase, cause, Optional.empty());
    }

    private JobStatus end(Phase phase, Cause cause, Optional<Instant> at) {
      Optional<Instant> lastEnd =
          last(attempts.stream().flatMap(a -> a.finishedAt().stream()).sorted().toList());
      return status(phase, cause, at.or(() -> lastEnd).or(() -> Optional.of(submittedAt())));
    }

    private JobStatus status(Phase phase, Cause cause, Optional<Instant> finishedAt) {
      return new JobStatus(
          job.getMetadata().getName(),
          phase,
          cause.reason(),
          cause.message(),
          cause.remedy(),
          submittedAt(),
          attempts.stream().flatMap(a -> a.startedAt().stream()).sorted().findFirst(),
          finishedAt,
          attempts);
    }

    private Instant submittedAt() {
      return Fields.parse(job.getMetadata().getCreationTimestamp()).orElse(Instant.EPOCH);
    }

    private boolean isRunning() {
      return pods.stream().anyMatch(PodReader::isRunning);
    }

    private boolean isSuspended() {
      return job.getSpec() != null && Boolean.TRUE.equals(job.getSpec().getSuspend());
    }

    private boolean hasActivePods() {
      if (job.getStatus() == null) {
        return false;
      }
      return positive(job.getStatus().getActive()) || positive(job.getStatus().getTerminating());
    }

    private static boolean positive(@Nullable Integer count) {
      return count != null && count > 0;
    }

    private Optional<Instant> time(JobCondition condition) {
      return Fields.parse(condition.getLastTransitionTime());
    }

    private Optional<JobCondition> condition(String type) {
      return Optional.ofNullable(job.getStatus())
          .map(s -> s.getConditions())
          .orElse(List.of())
          .stream()
          .filter(c -> type.equals(c.getType()) && "True".equals(c.getStatus()))
          .findFirst();
    }

    private Optional<String> annotation(String key) {
      Map<String, String> annotations = job.getMetadata().getAnnotations();
      return annotations == null ? Optional.empty() : Optional.ofNullable(annotations.get(key));
    }

    private static Reason reason(String name) {
      return Arrays.stream(Reason.values())
          .filter(r -> r.name().equals(name))
          .findFirst()
          .orElse(Reason.OTHER);
    }

    private static <T> Optional<T> last(List<T> list) {
      return list.isEmpty() ? Optional.empty() : Optional.of(list.get(list.size() - 1));
    }
  }
}
