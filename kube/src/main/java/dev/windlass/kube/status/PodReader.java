package dev.windlass.kube.status;

import dev.windlass.core.backend.Attempt;
import dev.windlass.core.backend.FaultLine;
import dev.windlass.core.backend.Reason;
import dev.windlass.core.context.Fault;
import dev.windlass.kube.render.Names;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What one pod says of the attempt that it is: by the state of its container, by the condition
 * DisruptionTarget, and by the pod's own reason where the kubelet refused or ended it. What their
 * words mean is in {@link KubernetesWords}.
 */
final class PodReader {
  private static final int SIGKILL_CODE = 137;
  private static final int SIGTERM_CODE = 143;

  /** Within which the kubelet deletes a pod for good once its containers have ended. */
  private static final Duration KUBELET_CONFIRMS = Duration.ofSeconds(5);

  private final Pod pod;
  private final boolean gone;

  PodReader(SeenPod seen) {
    this.pod = seen.pod();
    this.gone = seen.gone();
  }

  Attempt attempt() {
    Optional<ContainerStateTerminated> ended = terminated();
    Cause cause = isOver() ? ending() : Cause.NONE;
    return new Attempt(
        1 + failuresBefore(),
        number(Names.COMPLETION_INDEX),
        node(),
        Optional.of(name()),
        startedAt(),
        ended.flatMap(t -> Fields.parse(t.getFinishedAt())),
        ended.map(t -> OptionalInt.of(t.getExitCode())).orElse(OptionalInt.empty()),
        cause.reason(),
        cause.message());
  }

  /** How many runs of this index failed before, those not counted that the cluster ended. */
  int failuresBefore() {
    return number(Names.FAILURE_COUNT);
  }

  Instant createdAt() {
    return Fields.parse(pod.getMetadata().getCreationTimestamp()).orElse(Instant.MAX);
  }

  ObjectMeta metadata() {
    return pod.getMetadata();
  }

  String name() {
    return pod.getMetadata().getName();
  }

  /** Whether its program will not run any more. */
  boolean isOver() {
    return gone
        || phase().equals("Succeeded")
        || phase().equals("Failed")
        || terminated().isPresent();
  }

  boolean isRunning() {
    return !isOver() && state().map(ContainerState::getRunning).isPresent();
  }

  boolean succeeded() {
    return phase().equals("Succeeded")
        || (terminated().map(t -> t.getExitCode() == 0).orElse(false) && !phase().equals("Failed"));
  }

  Optional<String> node() {
    return Optional.ofNullable(pod.getSpec()).map(s -> s.getNodeName());
  }

  Optional<Instant> startedAt() {
    Optional<ContainerStateTerminated> ended = terminated();
    if (ended.isPresent()) {
      return Fields.parse(ended.get().getStartedAt());
    }
    return state().map(ContainerState::getRunning).flatMap(r -> Fields.parse(r.getStartedAt()));
  }

  /** When it got its node; from then on it is expected to start. */
  Optional<Instant> scheduledAt() {
    return condition("PodScheduled")
        .filter(c -> "True".equals(c.getStatus()))
        .flatMap(c -> Fields.parse(c.getLastTransitionTime()));
  }

  /** Why a pod whose program runs may not go on. */
  Cause running() {
    return disruption().or(this::deletion).orElse(Cause.NONE);
  }

  /** Why a pod that has not run yet does not. */
  Cause waiting() {
    Optional<Cause> why =
        node().isEmpty()
            ? condition("PodScheduled")
                .filter(c -> "False".equals(c.getStatus()))
                .map(
                    c ->
                        KubernetesWords.unscheduled(
                            Fields.text(c.getReason()), Fields.text(c.getMessage())))
            : state()
                .map(ContainerState::getWaiting)
                .flatMap(
                    w ->
                        KubernetesWords.waiting(
                            Fields.text(w.getReason()), Fields.text(w.getMessage()), image()));
    return disruption().or(this::deletion).or(() -> why).orElse(Cause.NONE);
  }

  /** Whether it has its volumes and its sandbox, so that only the image is still to be had. */
  boolean hasSandbox() {
    return condition("PodReadyToStartContainers")
        .filter(c -> "True".equals(c.getStatus()))
        .isPresent();
  }

  /** Whether Kubernetes ended it for reasons of its own, which counts as no failure. */
  boolean wasDisrupted() {
    return disruption().isPresent();
  }

  /** Why a pod that is over ended; {@link Cause#NONE} after success. */
  Cause ending() {
    if (succeeded()) {
      return Cause.NONE;
    }
    Optional<ContainerStateTerminated> ended = terminated();
    Optional<Cause> outOfMemory =
        ended.filter(t -> "OOMKilled".equals(t.getReason())).map(t -> outOfMemory(t.getExitCode()));
    return disruption()
        .or(() -> outOfMemory)
        .or(this::refusedByKubelet)
        .or(() -> wasDeleted() ? Optional.of(deleted()) : Optional.empty())
        .or(() -> ended.map(PodReader::program))
        .orElseGet(
            () ->
                Cause.of(
                    Reason.OTHER,
                    "Pod " + name() + " failed" + KubernetesWords.suffix(podMessage())));
  }

  private Optional<Cause> deletion() {
    return pod.getMetadata().getDeletionTimestamp() == null
        ? Optional.empty()
        : Optional.of(Cause.of(Reason.POD_DELETED, "Pod " + name() + " is being deleted"));
  }

  private Cause deleted() {
    String how =
        terminated()
            .map(t -> " (exit code " + t.getExitCode() + ")")
            .orElse(phase().equals("Running") ? "; how its program ended was not seen" : "");
    return Cause.of(Reason.POD_DELETED, "Pod " + name() + " was deleted" + how);
  }

  /** Whether it was deleted while it could still run; pods that have ended are cleaned up later. */
  private boolean wasDeleted() {
    Optional<Instant> end = terminated().flatMap(t -> Fields.parse(t.getFinishedAt()));
    Optional<Instant> limit = Fields.parse(pod.getMetadata().getDeletionTimestamp());
    if (limit.isPresent()) {
      // The timestamp is when the grace ends.
      Long grace = pod.getMetadata().getDeletionGracePeriodSeconds();
      if ((grace == null || grace == 0) && endedBySignal()) {
        // With no grace left, the kubelet confirms that a pod is over which someone had deleted,
        // or someone deleted one that was: only the kubelet comes right after a signal.
        return end.map(e -> e.plus(KUBELET_CONFIRMS).isAfter(limit.get())).orElse(true);
      }
      Instant asked = limit.get().minusSeconds(grace == null ? 0 : grace);
      return end.map(e -> !e.isBefore(asked)).orElse(!isUnknown() || endedByDeletion());
    }
    return gone && terminated().isEmpty() && !phase().equals("Failed");
  }

  private boolean endedBySignal() {
    return terminated()
        .filter(t -> t.getExitCode() == SIGKILL_CODE || t.getExitCode() == SIGTERM_CODE)
        .isPresent();
  }

  /** Whether the kubelet cannot say how the container ended. */
  private boolean isUnknown() {
    return terminated().filter(t -> "ContainerStatusUnknown".equals(t.getReason())).isPresent();
  }

  /** What the kubelet adds in that case. */
  private boolean endedByDeletion() {
    return terminated()
        .filter(t -> Fields.text(t.getMessage()).contains("when the pod was deleted"))
        .isPresent();
  }

  private static Cause program(ContainerStateTerminated ended) {
    String detail = Fields.text(ended.getMessage());
    int code = ended.getExitCode();
    String why = Fields.text(ended.getReason());
    if (why.equals("StartError") || why.equals("ContainerCannotRun")) {
      return KubernetesWords.notStarted(why, detail);
    }
    Optional<Fault> fault = FaultLine.find(detail);
    if (fault.isPresent()) {
      return new Cause(
          FaultLine.reason(fault.get().kind()),
          fault.get().message() + " (exit code " + code + ")",
          fault.get().remedy());
    }
    String suffix = KubernetesWords.suffix(detail);
    if (why.equals("ContainerStatusUnknown")) {
      return Cause.of(Reason.NODE_LOST, "The node lost sight of the container" + suffix);
    }
    if (code == SIGKILL_CODE) {
      return new Cause(
          Reason.EXIT_CODE,
          "Exit code 137: the program was killed (SIGKILL)" + suffix,
          "The node did not name memory as the cause, yet it often is: watch the job's memory, or"
              + " raise it");
    }
    if (code > 128 && code <= 128 + 64) {
      return Cause.of(
          Reason.EXIT_CODE, "Exit code " + code + ": ended by signal " + (code - 128) + suffix);
    }
    String hint = code == 127 ? " (a shell says so if it finds no such command)" : "";
    return Cause.of(Reason.EXIT_CODE, "Exit code " + code + hint + suffix);
  }

  private Cause outOfMemory(int code) {
    String limit =
        container()
            .map(c -> c.getResources())
            .map(r -> r.getLimits())
            .map(l -> l.get("memory"))
            .map(q -> " of " + q)
            .orElse("");
    return Cause.of(
        Reason.OUT_OF_MEMORY,
        "Killed by the kernel for passing its memory limit" + limit + " (exit code " + code + ")");
  }

  private Optional<Cause> refusedByKubelet() {
    String why = podReason();
    return KubernetesWords.refused(why, onNode(why + KubernetesWords.suffix(podMessage())));
  }

  /** The condition by which Kubernetes marks a pod that it ends for reasons of its own. */
  private Optional<Cause> disruption() {
    return condition("DisruptionTarget")
        .filter(c -> "True".equals(c.getStatus()))
        .map(
            c -> {
              Cause cause =
                  KubernetesWords.disrupted(
                      Fields.text(c.getReason()), onNode(Fields.text(c.getMessage())));
              // The kubelet has one such reason for all that it does, and says more on the pod.
              return "TerminationByKubelet".equals(c.getReason())
                  ? refusedByKubelet().orElse(cause)
                  : cause;
            });
  }

  private String onNode(String text) {
    return node().map(n -> "Node " + n + ": " + text).orElse(text);
  }

  Optional<ContainerStateTerminated> terminated() {
    return state().map(ContainerState::getTerminated);
  }

  private Optional<ContainerState> state() {
    return Optional.ofNullable(pod.getStatus())
        .map(s -> s.getContainerStatuses())
        .orElse(List.of())
        .stream()
        .filter(c -> Names.CONTAINER.equals(c.getName()))
        .findFirst()
        .map(ContainerStatus::getState);
  }

  private Optional<PodCondition> condition(String type) {
    return Optional.ofNullable(pod.getStatus())
        .map(s -> s.getConditions())
        .orElse(List.of())
        .stream()
        .filter(c -> type.equals(c.getType()))
        .findFirst();
  }

  private String image() {
    return container().map(Container::getImage).orElse("?");
  }

  private Optional<Container> container() {
    return Optional.ofNullable(pod.getSpec()).map(s -> s.getContainers()).orElse(List.of()).stream()
        .filter(c -> Names.CONTAINER.equals(c.getName()))
        .findFirst();
  }

  private String phase() {
    return Optional.ofNullable(pod.getStatus()).map(s -> s.getPhase()).orElse("");
  }

  private String podReason() {
    return Optional.ofNullable(pod.getStatus()).map(s -> s.getReason()).orElse("");
  }

  private String podMessage() {
    return Optional.ofNullable(pod.getStatus()).map(s -> s.getMessage()).orElse("");
  }

  private int number(String annotation) {
    Map<String, String> annotations = pod.getMetadata().getAnnotations();
    String text = annotations == null ? "0" : annotations.getOrDefault(annotation, "0");
    return text.matches("\\d{1,9}") ? Integer.parseInt(text) : 0;
  }
}
