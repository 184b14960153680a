package dev.windlass.kube.status;

import dev.windlass.core.backend.Reason;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What the words of the kubelet, the scheduler and the controllers of Kubernetes mean (1.31 and
 * later). Reasons are theirs and stable; of their messages, only parts that have long been the same
 * are looked for, and the whole message is passed on.
 */
final class KubernetesWords {
  /** How runc, crun and the kernel say that there is nothing to execute. */
  private static final Pattern NO_COMMAND =
      Pattern.compile(
          "executable file .*not found"
              + "|\\b(exec|stat|lookup)\\b[^,]*: (no such file or directory|permission denied"
              + "|not a directory|is a directory|exec format error)");

  private static final Pattern NO_GPU =
      Pattern.compile("nvidia-container-(cli|runtime)|cdi devices?");

  private KubernetesWords() {}

  /** Why a container waits; none where it is on its usual way. */
  static Optional<Cause> waiting(String why, String detail, String image) {
    return switch (why) {
      case "ErrImageNeverPull" ->
          Optional.of(
              new Cause(
                  Reason.IMAGE_PULL,
                  "Image " + image + ": " + why + suffix(detail),
                  "Load the image onto the node, or let the pull policy allow a pull"));
      case "ErrImagePull",
          "ImagePullBackOff",
          "InvalidImageName",
          "ImageInspectError",
          "RegistryUnavailable",
          "SignatureValidationFailed" ->
          Optional.of(Cause.of(Reason.IMAGE_PULL, "Image " + image + ": " + why + suffix(detail)));
      case "CreateContainerConfigError", "CreateContainerError", "RunContainerError" ->
          Optional.of(notStarted(why, detail));
      default -> Optional.empty();
    };
  }

  /** Why a container could not be made or its program not be started. */
  static Cause notStarted(String why, String detail) {
    String text = detail.toLowerCase(Locale.ROOT);
    if (NO_GPU.matcher(text).find()) {
      // Its "unsatisfied condition: cuda>=12.4" is no fault of the node: the image asks too much.
      return text.contains("unsatisfied condition")
          ? Cause.of(Reason.DRIVER_MISMATCH, why + suffix(detail))
          : Cause.of(Reason.GPU_UNAVAILABLE, why + suffix(detail));
    }
    if (text.contains("runasnonroot")) {
      return new Cause(
          Reason.CONFIG_ERROR,
          why + suffix(detail),
          "Name a user by number, in the job (runAsUser) or the image, or allow root (runAsRoot)");
    }
    if (text.contains("error mounting")) {
      return Cause.of(Reason.MOUNT, why + suffix(detail));
    }
    return NO_COMMAND.matcher(text).find()
        ? Cause.of(Reason.COMMAND_NOT_FOUND, detail)
        : Cause.of(Reason.CONFIG_ERROR, why + suffix(detail));
  }

  /** Why the kubelet refused or ended a pod as a whole; none if it did not. */
  static Optional<Cause> refused(String why, String text) {
    if (why.equals("UnexpectedAdmissionError")
        || why.equals("TopologyAffinityError")
        || why.startsWith("OutOfnvidia.com/")) {
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

  /** What the reason of the pod condition DisruptionTarget means. */
  static Cause disrupted(String why, String text) {
    if (why.equals("PreemptionByScheduler")) {
      return Cause.of(Reason.PREEMPTED, text);
    }
    if (why.equals("DeletionByTaintManager")) {
      return new Cause(
          Reason.NODE_LOST,
          text,
          "If the node does not come back, delete its Node object or taint it"
              + " node.kubernetes.io/out-of-service: only then is the pod replaced");
    }
    // Cloud providers have reasons of their own, such as DeletionByGCPControllerManager.
    return why.startsWith("DeletionBy")
        ? Cause.of(Reason.NODE_LOST, text)
        : Cause.of(Reason.EVICTED, text);
  }

  /** Why the scheduler found no node. */
  static Cause unscheduled(String why, String message) {
    if (why.equals("SchedulingGated")) {
      return Cause.of(Reason.WAITING_IN_QUEUE, message);
    }
    if (message.contains("Insufficient nvidia.com/")) {
      return Cause.of(Reason.INSUFFICIENT_GPU, message);
    }
    if (message.contains("Insufficient ") || message.contains("Too many pods")) {
      return Cause.of(Reason.INSUFFICIENT_RESOURCES, message);
    }
    if (message.contains("persistentvolumeclaim") || message.contains("PersistentVolumeClaim")) {
      return new Cause(
          Reason.UNSCHEDULABLE,
          message,
          "Check that the volume claim exists in this namespace and is bound");
    }
    return Cause.of(Reason.UNSCHEDULABLE, message);
  }

  /** Why the API server refused to make a pod. */
  static Cause notCreated(String message) {
    if (message.contains("exceeded quota")) {
      return Cause.of(Reason.QUOTA_EXCEEDED, message);
    }
    boolean unknownName =
        message.contains("no PriorityClass with name")
            || (message.contains("serviceaccount") && message.contains("not found"));
    return Cause.of(unknownName ? Reason.CONFIG_ERROR : Reason.ADMISSION_REFUSED, message);
  }

  static String suffix(String detail) {
    return detail.isEmpty() ? "" : ": " + detail;
  }
}
