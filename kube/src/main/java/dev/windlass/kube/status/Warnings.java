package dev.windlass.kube.status;

import dev.windlass.core.backend.Reason;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What only events tell: that a pod cannot be made, and that one cannot get its volumes or its
 * sandbox. Events say when something was wrong, never that it is well again.
 */
final class Warnings {
  private final List<Event> events;

  /** Takes events of type Warning, oldest first. */
  Warnings(List<Event> events) {
    this.events = events;
  }

  /** A cause, and when it was last seen. */
  record Seen(Cause cause, Instant at) {}

  /** Why the Job controller cannot make a pod of this Job. */
  Optional<Seen> podRefused(ObjectMeta job) {
    return last(job, List.of("FailedCreate"))
        .map(e -> seen(KubernetesWords.notCreated(Fields.text(e.getMessage())), e));
  }

  /** Why a pod that has its node cannot have its volumes or its sandbox. */
  Optional<Seen> podHeldUp(ObjectMeta pod) {
    Optional<Event> mount =
        last(pod, List.of("FailedMount", "FailedAttachVolume", "FailedMapVolume"));
    if (mount.isPresent()) {
      return mount.map(e -> seen(Cause.of(Reason.MOUNT, Fields.text(e.getMessage())), e));
    }
    return last(pod, List.of("FailedCreatePodSandBox"))
        .map(e -> seen(Cause.of(Reason.OTHER, Fields.text(e.getMessage())), e));
  }

  private static Seen seen(Cause cause, Event event) {
    return new Seen(cause, Fields.time(event));
  }

  private Optional<Event> last(ObjectMeta object, List<String> reasons) {
    List<Event> found =
        events.stream()
            .filter(e -> isAbout(e, object))
            .filter(e -> reasons.contains(e.getReason()))
            .toList();
    return found.isEmpty() ? Optional.empty() : Optional.of(found.get(found.size() - 1));
  }

  /** By uid: an earlier object of that name has left its events behind. */
  private static boolean isAbout(Event event, ObjectMeta object) {
    String uid = Fields.text(event.getInvolvedObject().getUid());
    return object.getName().equals(event.getInvolvedObject().getName())
        && (uid.isEmpty() || uid.equals(object.getUid()));
  }
}
