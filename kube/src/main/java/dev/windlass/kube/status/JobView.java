package dev.windlass.kube.status;

import dev.windlass.core.backend.JobStatus;
import dev.windlass.kube.render.Names;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * All that this process has seen of one job, merged so that order and repetition do not matter: of
 * two states of an object the one with the higher resource version wins, and what was deleted stays
 * deleted. Pods that are gone are kept, because they are attempts that happened.
 *
 * <p>A job that has ended is told as ended only after its pods have been listed once more: the Job
 * and its pods come over two connections, and the Job's end may overtake the exit code that
 * explains it. {@link #needsPods} says when. From then on the status is frozen.
 *
 * <p>For use under its owner's lock.
 */
public final class JobView {
  private static final int MAX_WARNINGS = 50;

  private final String uid;
  private Job job;
  private boolean deleted;
  private final Map<String, SeenPod> pods = new HashMap<>();
  private final Map<String, Event> warnings = new TreeMap<>();
  private Optional<JobStatus> ended = Optional.empty();

  /** A view of this very Job; another of the same name is another job. */
  public JobView(Job job) {
    this.job = job;
    this.uid = job.getMetadata().getUid();
  }

  /** The Job's uid. */
  public String uid() {
    return uid;
  }

  /** A state of the Job was seen. Another Job of the same name means that this one is gone. */
  public void saw(Job seen) {
    if (!uid.equals(seen.getMetadata().getUid())) {
      if (newer(seen, job)) {
        deleted = true;
      }
      return;
    }
    if (newer(seen, job)) {
      job = seen;
    }
  }

  /** The Job was deleted, or is not there. */
  public void jobGone(Optional<Job> lastState) {
    lastState.ifPresent(this::saw);
    if (lastState.isEmpty() || uid.equals(lastState.get().getMetadata().getUid())) {
      deleted = true;
    }
  }

  /** A state of a pod was seen. Pods of another Job of the same name are passed over. */
  public void saw(Pod pod) {
    if (!isOurs(pod)) {
      return;
    }
    pods.merge(
        pod.getMetadata().getUid(),
        new SeenPod(pod, false),
        (old, now) -> newer(now.pod(), old.pod()) ? new SeenPod(now.pod(), old.gone()) : old);
  }

  /** A pod was deleted; this is its last state, or one before. */
  public void podGone(Pod pod) {
    saw(pod);
    pods.computeIfPresent(pod.getMetadata().getUid(), (id, seen) -> new SeenPod(seen.pod(), true));
  }

  /**
   * These and no others are the pods that exist now. If the job has ended, this is the list that
   * {@link #needsPods} asks for: it must have been asked for after the end was seen, and its status
   * is frozen here.
   */
  public void listedPods(Collection<Pod> present) {
    Set<String> ids =
        present.stream().map(p -> p.getMetadata().getUid()).collect(Collectors.toSet());
    pods.replaceAll((id, seen) -> ids.contains(id) ? seen : new SeenPod(seen.pod(), true));
    present.forEach(this::saw);
    if (needsPods()) {
      ended = Optional.of(StatusReducer.reduce(facts()));
    }
  }

  /** A warning about the Job or one of its pods was seen. */
  public void saw(Event warning) {
    warnings.merge(
        warning.getMetadata().getName(), warning, (old, now) -> newer(now, old) ? now : old);
    if (warnings.size() > MAX_WARNINGS) {
      warnings.remove(byTime(warnings.values()).get(0).getMetadata().getName());
    }
  }

  /** Whether the job has ended and its pods must be listed once more before that can be told. */
  public boolean needsPods() {
    return ended.isEmpty() && StatusReducer.reduce(facts()).phase().isFinal();
  }

  /**
   * The job's status; empty while {@link #needsPods}, when the last status told still holds. Once
   * final it never changes.
   */
  public Optional<JobStatus> status() {
    if (ended.isPresent()) {
      return ended;
    }
    JobStatus status = StatusReducer.reduce(facts());
    return status.phase().isFinal() ? Optional.empty() : Optional.of(status);
  }

  /** The pods seen so far, oldest first, gone ones with their last state. */
  public List<SeenPod> pods() {
    return pods.values().stream()
        .sorted(
            Comparator.comparing((SeenPod s) -> Objects.toString(created(s.pod()), ""))
                .thenComparing(s -> new PodReader(s).failuresBefore())
                .thenComparing(s -> s.pod().getMetadata().getName()))
        .toList();
  }

  /** All that was seen, as the reducer takes it. */
  public JobFacts facts() {
    return new JobFacts(job, deleted, pods(), byTime(warnings.values()));
  }

  /** By its controller; where a pod has none any more, by the label that the controller left. */
  private boolean isOurs(Pod pod) {
    Optional<OwnerReference> controller =
        Optional.ofNullable(pod.getMetadata().getOwnerReferences()).orElse(List.of()).stream()
            .filter(o -> Boolean.TRUE.equals(o.getController()))
            .findFirst();
    Map<String, String> labels = pod.getMetadata().getLabels();
    return controller
        .map(o -> uid.equals(o.getUid()))
        .orElse(labels != null && uid.equals(labels.get(Names.JOB_UID)));
  }

  private static List<Event> byTime(Collection<Event> events) {
    return events.stream()
        .sorted(Comparator.comparing(Fields::time).thenComparing(e -> e.getMetadata().getName()))
        .toList();
  }

  private static String created(HasMetadata object) {
    return object.getMetadata().getCreationTimestamp();
  }

  /**
   * Whether one state is later than another. Resource versions are numbers that grow in every API
   * server that keeps its data in etcd (and by contract since Kubernetes 1.35); where one is not a
   * number, what was seen last is taken as later.
   */
  private static boolean newer(HasMetadata now, HasMetadata old) {
    long a = version(now);
    long b = version(old);
    return a < 0 || b < 0 || a > b;
  }

  private static long version(HasMetadata object) {
    String text = object.getMetadata().getResourceVersion();
    return text != null && text.matches("\\d{1,18}") ? Long.parseLong(text) : -1;
  }
}
