package dev.windlass.kube.follow;

import dev.windlass.core.backend.BackendException;
import dev.windlass.core.backend.JobStatus;
import dev.windlass.kube.cluster.Call;
import dev.windlass.kube.render.Names;
import dev.windlass.kube.status.JobView;
import dev.windlass.kube.status.StatusReducer;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks at the jobs of one namespace as they are now, without watching anything. */
public final class NamespaceLook {
  private static final Logger log = LoggerFactory.getLogger(NamespaceLook.class);

  private final KubernetesClient client;
  private final String namespace;

  /**
   * Looks through that client.
   *
   * @param client stays the caller's to close
   */
  public NamespaceLook(KubernetesClient client, String namespace) {
    this.client = client;
    this.namespace = namespace;
  }

  /**
   * The state of all jobs, newest first.
   *
   * @throws BackendException if the cluster cannot be reached, or this user may not list
   */
  public List<JobStatus> statuses() {
    Map<String, Job> jobs = jobs();
    Map<String, List<Pod>> pods = pods();
    Map<String, List<Event>> warnings =
        warnings(Map.of()).stream()
            .collect(
                Collectors.groupingBy(e -> Objects.toString(e.getInvolvedObject().getUid(), "")));
    return jobs.values().stream()
        .map(job -> status(job, pods.getOrDefault(job.getMetadata().getUid(), List.of()), warnings))
        .sorted(Comparator.comparing(JobStatus::submittedAt).reversed())
        .toList();
  }

  private static JobStatus status(Job job, List<Pod> pods, Map<String, List<Event>> warnings) {
    JobView view = new JobView(job);
    view.listedPods(pods);
    Stream.concat(Stream.of(job), pods.stream())
        .flatMap(o -> warnings.getOrDefault(o.getMetadata().getUid(), List.of()).stream())
        .forEach(view::saw);
    return view.status().orElseGet(() -> StatusReducer.reduce(view.facts()));
  }

  /** The Jobs that Windlass made, by uid. */
  Map<String, Job> jobs() {
    return call("list", "jobs.batch")
        .run(() -> client.batch().v1().jobs().inNamespace(namespace).withLabels(Names.ALL).list())
        .getItems()
        .stream()
        .collect(Collectors.toMap(job -> job.getMetadata().getUid(), Function.identity()));
  }

  /** Their pods, by the Job's uid. */
  Map<String, List<Pod>> pods() {
    return call("list", "pods")
        .run(() -> client.pods().inNamespace(namespace).withLabels(Names.ALL).list())
        .getItems()
        .stream()
        .collect(Collectors.groupingBy(NamespaceLook::jobOf));
  }

  /** The pods of one Job. */
  List<Pod> podsOf(String jobUid) {
    return call("list", "pods")
        .run(
            () ->
                client
                    .pods()
                    .inNamespace(namespace)
                    .withLabel(Names.JOB_UID, jobUid)
                    .list()
                    .getItems());
  }

  /** The warnings about one object. */
  List<Event> warningsAbout(HasMetadata object) {
    return warnings(Map.of("involvedObject.uid", object.getMetadata().getUid()));
  }

  /** None if they cannot be had, since they only explain. */
  private List<Event> warnings(Map<String, String> fields) {
    try {
      return call("list", "events")
          .run(
              () ->
                  client
                      .v1()
                      .events()
                      .inNamespace(namespace)
                      .withField("type", "Warning")
                      .withFields(fields)
                      .list()
                      .getItems());
    } catch (BackendException e) {
      log.info("What was warned of is not shown: {}", e.getMessage());
      return List.of();
    }
  }

  /** Whether someone has closed the client: then there is nothing more to see. */
  boolean isOver() {
    return client.getHttpClient().isClosed();
  }

  /** The uid of the Job that made a pod; empty if none did. */
  static String jobOf(Pod pod) {
    return Optional.ofNullable(pod.getMetadata().getLabels())
        .map(labels -> Objects.toString(labels.get(Names.JOB_UID), ""))
        .orElse("");
  }

  private Call call(String verb, String resource) {
    return new Call(
        "looking at the jobs of namespace '" + namespace + "'",
        verb,
        resource,
        namespace,
        client.getMasterUrl().toString());
  }
}
