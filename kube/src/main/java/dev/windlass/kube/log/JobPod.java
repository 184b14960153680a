package dev.windlass.kube.log;

import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodStatus;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What matters here of a pod.
 *
 * @param uid the pod's own id: a later pod may have the same name
 * @param name the pod's name
 * @param created when it was made, in the form of the API: these sort by time
 * @param attempt which attempt it is, from 1
 * @param replica which replica it is, from 0
 * @param state what became of its main container
 */
record JobPod(String uid, String name, String created, int attempt, int replica, State state) {
  /** What can become of a container. */
  enum State {
    /** It has not started. */
    WAITING,
    /** It runs. */
    RUNNING,
    /** It ran and has ended. */
    ENDED,
    /** It will never run. */
    NEVER_RAN
  }

  /** Attempts in order, and pods of one attempt in the order they were made. */
  static final Comparator<JobPod> ORDER =
      Comparator.comparingInt(JobPod::attempt)
          .thenComparing(JobPod::created)
          .thenComparing(JobPod::name);

  private static final String FAILURES = "batch.kubernetes.io/job-index-failure-count";
  private static final String INDEX = "batch.kubernetes.io/job-completion-index";

  static JobPod of(Pod pod) {
    String name = pod.getMetadata().getName();
    return new JobPod(
        Optional.ofNullable(pod.getMetadata().getUid()).orElse(name),
        name,
        Optional.ofNullable(pod.getMetadata().getCreationTimestamp()).orElse(""),
        1 + number(pod, FAILURES),
        number(pod, INDEX),
        state(pod));
  }

  private static int number(Pod pod, String annotation) {
    Map<String, String> annotations =
        Optional.ofNullable(pod.getMetadata().getAnnotations()).orElse(Map.of());
    try {
      return Math.max(0, Integer.parseInt(annotations.getOrDefault(annotation, "0")));
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  private static State state(Pod pod) {
    PodStatus status = pod.getStatus();
    if (status == null) {
      return State.WAITING;
    }
    Optional<ContainerState> container =
        Optional.ofNullable(status.getContainerStatuses()).orElse(List.of()).stream()
            .filter(s -> "main".equals(s.getName()))
            .findFirst()
            .map(ContainerStatus::getState);
    if (container.isPresent() && container.get().getTerminated() != null) {
      return State.ENDED;
    }
    if ("Failed".equals(status.getPhase()) || "Succeeded".equals(status.getPhase())) {
      // A node that was lost never said how its container ended.
      return container.isPresent() && container.get().getRunning() != null
          ? State.ENDED
          : State.NEVER_RAN;
    }
    return container.isPresent() && container.get().getRunning() != null
        ? State.RUNNING
        : State.WAITING;
  }
}
