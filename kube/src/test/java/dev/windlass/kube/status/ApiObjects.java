package dev.windlass.kube.status;

import dev.windlass.kube.render.Names;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateBuilder;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import java.time.Instant;
import java.util.Map;

/** Objects as the API server shows them. Times are in seconds since {@link #START}. */
final class ApiObjects {
  static final Instant START = Instant.parse("2026-03-01T10:00:00Z");
  static final String IMAGE = "registry.example/train:7";

  /** What a program leaves in its termination message. */
  static final String GPU_FAULT =
      "::windlass-fault:: {\"reason\":\"GPU_FAULT\",\"message\":\"Xid 79\",\"remedy\":\"Drain it\"}\n";

  private ApiObjects() {}

  static String at(long seconds) {
    return START.plusSeconds(seconds).toString();
  }

  static Job job(int retries) {
    return job("uid-1", retries, 0);
  }

  static Job job(String uid, int retries, long created) {
    return new JobBuilder()
        .withNewMetadata()
        .withName("train")
        .withUid(uid)
        .withResourceVersion("1")
        .withCreationTimestamp(at(created))
        .withLabels(Map.of(Names.JOB_LABEL, "train", Names.MANAGED_BY_LABEL, Names.MANAGED_BY))
        .withAnnotations(Map.of(Names.START_DEADLINE, "600"))
        .endMetadata()
        .withNewSpec()
        .withCompletionMode("Indexed")
        .withCompletions(1)
        .withParallelism(1)
        .withBackoffLimitPerIndex(retries)
        .withPodReplacementPolicy("Failed")
        .withSuspend(false)
        .endSpec()
        .withNewStatus()
        .endStatus()
        .build();
  }

  static Job condition(Job job, String type, boolean holds, String reason, long time) {
    return new JobBuilder(job)
        .editStatus()
        .removeMatchingFromConditions(c -> type.equals(c.getType()))
        .addNewCondition()
        .withType(type)
        .withStatus(holds ? "True" : "False")
        .withReason(reason)
        .withMessage("the Job controller's words on " + reason)
        .withLastTransitionTime(at(time))
        .endCondition()
        .endStatus()
        .build();
  }

  static Job counts(Job job, int active, int terminating) {
    return new JobBuilder(job)
        .editStatus()
        .withActive(active)
        .withTerminating(terminating)
        .endStatus()
        .build();
  }

  static Job suspend(Job job, boolean suspend) {
    return new JobBuilder(job).editSpec().withSuspend(suspend).endSpec().build();
  }

  static Job annotate(Job job, String key, String value) {
    return new JobBuilder(job).editMetadata().addToAnnotations(key, value).endMetadata().build();
  }

  static Job deleting(Job job, long time) {
    return new JobBuilder(job).editMetadata().withDeletionTimestamp(at(time)).endMetadata().build();
  }

  /** A pod as the Job controller makes it. */
  static Pod pod(Job job, String name, int failuresBefore, long created) {
    return new PodBuilder()
        .withNewMetadata()
        .withName(name)
        .withUid("uid-of-" + name)
        .withResourceVersion("2")
        .withCreationTimestamp(at(created))
        .withLabels(Map.of(Names.JOB_LABEL, "train"))
        .withAnnotations(
            Map.of(
                Names.FAILURE_COUNT, Integer.toString(failuresBefore), Names.COMPLETION_INDEX, "0"))
        .addNewOwnerReference()
        .withKind("Job")
        .withName("train")
        .withUid(job.getMetadata().getUid())
        .withController(true)
        .endOwnerReference()
        .endMetadata()
        .withNewSpec()
        .addNewContainer()
        .withName("injected-proxy")
        .withImage("mesh/proxy:1")
        .endContainer()
        .addNewContainer()
        .withName(Names.CONTAINER)
        .withImage(IMAGE)
        .withNewResources()
        .withLimits(Map.of("memory", new Quantity("8Gi")))
        .endResources()
        .endContainer()
        .endSpec()
        .withNewStatus()
        .withPhase("Pending")
        .endStatus()
        .build();
  }

  static Pod pod(Job job) {
    return pod(job, "train-0-abcde", 0, 10);
  }

  static Pod condition(Pod pod, String type, boolean holds, String reason, String message) {
    return new PodBuilder(pod)
        .editStatus()
        .removeMatchingFromConditions(c -> type.equals(c.getType()))
        .addNewCondition()
        .withType(type)
        .withStatus(holds ? "True" : "False")
        .withReason(reason)
        .withMessage(message)
        .withLastTransitionTime(at(0))
        .endCondition()
        .endStatus()
        .build();
  }

  static Pod unscheduled(Pod pod, String reason, String message) {
    return condition(pod, "PodScheduled", false, reason, message);
  }

  static Pod scheduled(Pod pod) {
    return new PodBuilder(condition(pod, "PodScheduled", true, null, null))
        .editSpec()
        .withNodeName("gpu-node-3")
        .endSpec()
        .build();
  }

  static Pod waiting(Pod pod, String reason, String message) {
    ContainerStateBuilder state = new ContainerStateBuilder();
    return state(
        pod,
        "Pending",
        state.withNewWaiting().withReason(reason).withMessage(message).endWaiting().build());
  }

  static Pod running(Pod pod, long since) {
    ContainerStateBuilder state = new ContainerStateBuilder();
    return state(
        scheduled(pod),
        "Running",
        state.withNewRunning().withStartedAt(at(since)).endRunning().build());
  }

  static Pod ended(Pod pod, int code, String reason, String message, long from, long to) {
    return state(
        scheduled(pod),
        code == 0 ? "Succeeded" : "Failed",
        new ContainerStateBuilder()
            .withNewTerminated()
            .withExitCode(code)
            .withReason(reason)
            .withMessage(message)
            .withStartedAt(from < 0 ? "1970-01-01T00:00:00Z" : at(from))
            .withFinishedAt(at(to))
            .endTerminated()
            .build());
  }

  static Pod phase(Pod pod, String phase, String reason, String message) {
    return new PodBuilder(pod)
        .editStatus()
        .withPhase(phase)
        .withReason(reason)
        .withMessage(message)
        .endStatus()
        .build();
  }

  static Pod disrupted(Pod pod, String reason, String message) {
    return condition(pod, "DisruptionTarget", true, reason, message);
  }

  /** Someone asked at that time for its deletion, with a grace of 30 seconds. */
  static Pod deleting(Pod pod, long time) {
    return new PodBuilder(pod)
        .editMetadata()
        .withDeletionTimestamp(at(time + 30))
        .withDeletionGracePeriodSeconds(30L)
        .endMetadata()
        .build();
  }

  /** The kubelet deleted it for good at that time. */
  static Pod confirmedGone(Pod pod, long time) {
    return new PodBuilder(pod)
        .editMetadata()
        .withDeletionTimestamp(at(time))
        .withDeletionGracePeriodSeconds(0L)
        .endMetadata()
        .build();
  }

  static Event warning(HasMetadata about, String reason, String message, long time) {
    return new EventBuilder()
        .withNewMetadata()
        .withName(about.getMetadata().getName() + "." + reason)
        .withResourceVersion(Long.toString(1000 + time))
        .endMetadata()
        .withType("Warning")
        .withReason(reason)
        .withMessage(message)
        .withCount(1)
        .withNewInvolvedObject()
        .withKind(about.getKind())
        .withName(about.getMetadata().getName())
        .withUid(about.getMetadata().getUid())
        .endInvolvedObject()
        .withLastTimestamp(at(time))
        .build();
  }

  private static Pod state(Pod pod, String phase, ContainerState state) {
    return new PodBuilder(pod)
        .editStatus()
        .withPhase(phase)
        .withContainerStatuses()
        .addNewContainerStatus()
        .withName("injected-proxy")
        .withNewState()
        .withNewRunning()
        .endRunning()
        .endState()
        .endContainerStatus()
        .addNewContainerStatus()
        .withName(Names.CONTAINER)
        .withState(state)
        .endContainerStatus()
        .endStatus()
        .build();
  }

  @SuppressWarnings("unchecked")
  static <T extends HasMetadata> T version(T object, long version) {
    String text = Long.toString(version);
    return object instanceof Job job
        ? (T) new JobBuilder(job).editMetadata().withResourceVersion(text).endMetadata().build()
        : (T)
            new PodBuilder((Pod) object)
                .editMetadata()
                .withResourceVersion(text)
                .endMetadata()
                .build();
  }
}
