package dev.windlass.kube.status;

import dev.windlass.core.backend.Attempt;
import dev.windlass.core.backend.Reason;
import dev.windlass.kube.render.Names;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStateWaiting;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What one pod says of the attempt that it is. The words that it looks for are those of the
 * kubelet, the scheduler and the controllers of Kubernetes 1.31 and later: container state reasons
 * (ImagePullBackOff, OOMKilled, ...), the pod condition DisruptionTarget with its reasons, and the
 * pod's own reason where the kubelet refused it.
 */
final class PodReader {
  private static final int SIGKILL_CODE = 137;

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
        1 + number(Names.FAILURE_COUNT),
        number(Names.COMPLETION_INDEX),
        node(),
        Optional.of(name()),
        startedAt(),
        ended.flatMap(t -> Fields.parse(t.getFinishedAt())),
        ended.map(t -> OptionalInt.of(t.getExitCode())).orElse(OptionalInt.empty()),
        cause.reason(),
        cause.message());
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
    return disruption()
        .or(
            () ->
                pod.getMetadata().getDeletionTimestamp() == null
                    ? Optional.empty()
                    : Optional.of(
                        Cause.of(Reason.POD_DELETED, "Pod " + name() + " is being deleted")))
        .orElse(Cause.NONE);
  }

  /** Why a pod that has not run yet does not. */
  Cause waiting() {
    Optional<Cause> unscheduled = unscheduled();
    if (unscheduled.isPresent()) {
      return unscheduled.get();
    }
    return state()
        .map(ContainerState::getWaiting)
        .flatMap(this::waitingContainer)
        .or(this::disruption)
        .orElse(Cause.NONE);
  }

  private Optional<Cause> unscheduled() {
    return condition("PodScheduled")
        .filter(c -> "False".equals(c.getStatus()))
        .map(
            c -> {
              String message = Fields.text(c.getMessage());
              if ("SchedulingGated".equals(c.getReason())) {
                return Cause.of(Reason.WAITING_IN_QUEUE, message);
              }
              if (message.contains("Insufficient nvidia.com/")) {
                return Cause.of(Reason.INSUFFICIENT_GPU, message);
              }
              if (message.contains("Insufficient ")) {
                return Cause.of(Reason.INSUFFICIENT_RESOURCES, message);
              }
              return Cause.of(Reason.UNSCHEDULABLE, message);
            });
  }

  private Optional<Cause> waitingContainer(ContainerStateWaiting waiting) {
    String why = Fields.text(waiting.getReason());
    String detail = Fields.text(waiting.getMessage());
    return switch (why) {
      case "ErrImagePull",
          "ImagePullBackOff",
          "InvalidImageName",
          "ErrImageNeverPull",
          "ImageInspectError",
          "RegistryUnavailable",
          "SignatureValidationFailed" ->
          Optional.of(
              Cause.of(Reason.IMAGE_PULL, "Image " + image() + ": " + why + suffix(detail)));
      case "CreateContainerConfigError", "CreateContainerError", "RunContainerError" ->
          Optional.of(
              notFound(detail)
                  ? Cause.of(Reason.COMMAND_NOT_FOUND, detail)
                  : Cause.of(Reason.CONFIG_ERROR, why + suffix(detail)));
      default -> Optional.empty();
    };
  }

  /** Why a pod that is over ended; {@link Cause#NONE} after success. */
  Cause ending() {
    Optional<ContainerStateTerminated> ended = terminated();
    if (succeeded()) {
      return Cause.NONE;
    }
    Optional<Cause> disrupted = disruption();
    if (disrupted.isPresent()) {
      return disrupted.get();
    }
    if (ended.map(t -> "OOMKilled".equals(t.getReason())).orElse(false)) {
      return outOfMemory(ended.get().getExitCode());
    }
    Optional<Cause> refused = refusedByKubelet();
    if (refused.isPresent()) {
      return refused.get();
    }
    if (pod.getMetadata().getDeletionTimestamp() != null || (gone && ended.isEmpty())) {
      return Cause.of(
          Reason.POD_DELETED,
          "Pod " + name() + " was deleted" + ended.map(PodReader::exit).orElse(""));
    }
    if (ended.isPresent()) {
      return program(ended.get());
    }
    return Cause.of(Reason.OTHER, "Pod " + name() + " failed" + suffix(podMessage()));
  }

  private static Cause program(ContainerStateTerminated ended) {
    String detail = Fields.text(ended.getMessage());
    int code = ended.getExitCode();
    String why = Fields.text(ended.getReason());
    if (why.equals("StartError") || why.equals("ContainerCannotRun")) {
      return notFound(detail)
          ? Cause.of(Reason.COMMAND_NOT_FOUND, detail)
          : Cause.of(Reason.CONFIG_ERROR, why + suffix(detail));
    }
    if (why.equals("ContainerStatusUnknown")) {
      return Cause.of(Reason.NODE_LOST, "The node lost sight of the container" + suffix(detail));
    }
    if (code == SIGKILL_CODE) {
      return new Cause(
          Reason.EXIT_CODE,
          "Exit code 137: the program was killed (SIGKILL)" + suffix(detail),
          "The node did not name memory as the cause, yet it often is: watch the job's memory, or"
              + " raise it");
    }
    if (code > 128 && code <= 128 + 64) {
      return Cause.of(
          Reason.EXIT_CODE,
          "Exit code " + code + ": ended by signal " + (code - 128) + suffix(detail));
    }
    String hint = code == 127 ? " (a shell says so if it finds no such command)" : "";
    return Cause.of(Reason.EXIT_CODE, "Exit code " + code + hint + suffix(detail));
  }

  private Cause outOfMemory(int code) {
    String limit =
        Optional.ofNullable(pod.getSpec())
            .flatMap(s -> s.getContainers().stream().findFirst())
            .map(c -> c.getResources())
            .map(r -> r.getLimits())
            .map(l -> l.get("memory"))
            .map(q -> " of " + q)
            .orElse("");
    return Cause.of(
        Reason.OUT_OF_MEMORY,
        "Killed by the kernel for passing its memory limit" + limit + " (exit code " + code + ")");
  }

  /** The kubelet refused or ended the pod as a whole. */
  private Optional<Cause> refusedByKubelet() {
    String why = podReason();
    String text = why + suffix(podMessage());
    if (why.equals("UnexpectedAdmissionError") || why.startsWith("OutOfnvidia.com/")) {
      return Optional.of(Cause.of(Reason.GPU_UNAVAILABLE, text));
    }
    if (why.startsWith("OutOf")) {
      return Optional.of(Cause.of(Reason.INSUFFICIENT_RESOURCES, text));
    }
    return switch (why) {
      case "Evicted" -> Optional.of(Cause.of(Reason.EVICTED, text));
      case "Preempting", "Preempted" -> Optional.of(Cause.of(Reason.PREEMPTED, text));
      case "NodeLost", "NodeShutdown", "Shutdown", "Terminated" ->
          Optional.of(Cause.of(Reason.NODE_LOST, text));
      case "NodeAffinity", "NodeSelectorMismatching" ->
          Optional.of(Cause.of(Reason.UNSCHEDULABLE, text));
      case "DeadlineExceeded" -> Optional.of(Cause.of(Reason.DEADLINE, text));
      default -> Optional.empty();
    };
  }

  /** The condition by which Kubernetes marks a pod that it ends for reasons of its own. */
  private Optional<Cause> disruption() {
    return condition("DisruptionTarget")
        .filter(c -> "True".equals(c.getStatus()))
        .map(
            c -> {
              String text = Fields.text(c.getMessage());
              return switch (Fields.text(c.getReason())) {
                case "PreemptionByScheduler" -> Cause.of(Reason.PREEMPTED, text);
                case "DeletionByTaintManager" ->
                    new Cause(
                        Reason.NODE_LOST,
                        "Node " + node().orElse("?") + ": " + text,
                        "If the node does not come back, delete its Node object or taint it"
                            + " node.kubernetes.io/out-of-service: only then is the pod replaced");
                case "DeletionByPodGC" -> Cause.of(Reason.NODE_LOST, text);
                default -> Cause.of(Reason.EVICTED, text);
              };
            });
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
    return Optional.ofNullable(pod.getSpec())
        .flatMap(s -> s.getContainers().stream().findFirst())
        .map(c -> c.getImage())
        .orElse("?");
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

  private static boolean notFound(String detail) {
    String text = detail.toLowerCase(Locale.ROOT);
    return text.contains("executable file not found")
        || text.contains("no such file or directory")
        || text.contains("permission denied")
        || text.contains("not a directory");
  }

  private static String exit(ContainerStateTerminated ended) {
    return " (exit code " + ended.getExitCode() + ")";
  }

  private static String suffix(String detail) {
    return detail.isEmpty() ? "" : ": " + detail;
  }
}
