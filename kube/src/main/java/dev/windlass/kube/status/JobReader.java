package dev.windlass.kube.status;

import dev.windlass.core.backend.Reason;
import dev.windlass.kube.render.Names;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import io.fabric8.kubernetes.api.model.batch.v1.JobSpec;
import io.fabric8.kubernetes.api.model.batch.v1.JobStatus;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** What the Job object itself says. */
final class JobReader {
  private final ObjectMeta metadata;
  private final Optional<JobSpec> spec;
  private final Optional<JobStatus> status;

  JobReader(Job job) {
    this.metadata = job.getMetadata();
    this.spec = Optional.ofNullable(job.getSpec());
    this.status = Optional.ofNullable(job.getStatus());
  }

  ObjectMeta metadata() {
    return metadata;
  }

  String name() {
    return metadata.getName();
  }

  Instant submittedAt() {
    return Fields.parse(metadata.getCreationTimestamp()).orElse(Instant.EPOCH);
  }

  /** When someone asked for its deletion. */
  Optional<Instant> deletedAt() {
    return Fields.parse(metadata.getDeletionTimestamp());
  }

  /** When someone asked Windlass to stop it. */
  Optional<Instant> cancelledAt() {
    return annotation(Names.CANCELLED_AT).map(t -> Fields.parse(t).orElse(submittedAt()));
  }

  /** Why Windlass gave it up, if it did. */
  Optional<Cause> givenUp() {
    return annotation(Names.FAILED_REASON)
        .map(r -> Cause.of(reason(r), annotation(Names.FAILED_MESSAGE).orElse("It was given up")));
  }

  boolean isSuspended() {
    return spec.map(s -> Boolean.TRUE.equals(s.getSuspend())).orElse(false);
  }

  /** Whether Windlass suspended it to end it; someone else may have, to hold it. */
  boolean isStopping() {
    return isSuspended() && (cancelledAt().isPresent() || givenUp().isPresent());
  }

  /** When the Job controller suspended it, if it has and all its pods have ended. */
  Optional<Instant> heldSince() {
    boolean hasPods =
        status.map(s -> positive(s.getActive()) || positive(s.getTerminating())).orElse(false);
    return condition("Suspended").filter(c -> !hasPods).map(this::time);
  }

  /** How often its pod may fail and be replaced, if the Job counts that. */
  OptionalInt retries() {
    Integer limit = spec.map(JobSpec::getBackoffLimitPerIndex).orElse(null);
    return limit == null ? OptionalInt.empty() : OptionalInt.of(limit);
  }

  Optional<Long> deadlineSeconds() {
    return spec.map(JobSpec::getActiveDeadlineSeconds);
  }

  Optional<Long> startDeadlineSeconds() {
    return annotation(Names.START_DEADLINE).filter(s -> s.matches("\\d{1,9}")).map(Long::parseLong);
  }

  /** A condition that holds. One that held before stays in the list with status False. */
  Optional<JobCondition> condition(String type) {
    return status.map(JobStatus::getConditions).orElse(List.of()).stream()
        .filter(c -> type.equals(c.getType()) && "True".equals(c.getStatus()))
        .findFirst();
  }

  /** Since when a condition holds. */
  Instant time(JobCondition condition) {
    return Fields.parse(condition.getLastTransitionTime()).orElse(submittedAt());
  }

  private Optional<String> annotation(String key) {
    Map<String, String> annotations = metadata.getAnnotations();
    return annotations == null ? Optional.empty() : Optional.ofNullable(annotations.get(key));
  }

  private static Reason reason(String name) {
    return Arrays.stream(Reason.values())
        .filter(r -> r.name().equals(name))
        .findFirst()
        .orElse(Reason.OTHER);
  }

  private static boolean positive(@Nullable Integer count) {
    return count != null && count > 0;
  }
}
