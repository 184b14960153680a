package dev.windlass.kube.follow;

import dev.windlass.core.backend.BackendException;
import dev.windlass.kube.cluster.Call;
import dev.windlass.kube.log.JobLogs;
import dev.windlass.kube.render.Names;
import dev.windlass.kube.status.JobView;
import dev.windlass.kube.submit.JobObjects;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Informable;
import io.fabric8.kubernetes.client.dsl.Listable;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the jobs of one namespace, however many are followed: one watch for Jobs and one for
 * pods, of Windlass's label only, and one for warnings. The watches come back by themselves after
 * every break. Since one that died without a word would look just like one with nothing to say, the
 * unfinished jobs are also looked at directly from time to time.
 */
public final class NamespaceWatch implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(NamespaceWatch.class);

  /** What the Job controller writes on its pods: the Job's uid. */
  private static final String JOB_UID = "batch.kubernetes.io/controller-uid";

  private final KubernetesClient client;
  private final String namespace;
  private final JobLogs logs;
  private final ScheduledExecutorService timer;
  private final Executor listeners;
  private final FollowTiming timing;
  private final Map<String, FollowedJob> followed = new ConcurrentHashMap<>();
  private final SharedIndexInformer<Job> jobs;
  private final SharedIndexInformer<Pod> pods;
  private final SharedIndexInformer<Event> warnings;

  /**
   * Jobs that were not there at the latest recheck. One that is missing twice is gone; before, the
   * watch may still be about to tell how it ended.
   */
  private final Set<String> missing = new HashSet<>();

  private int refusals;

  /**
   * Starts to watch; returns once the first lists are there.
   *
   * @param timer runs what waits
   * @param listeners runs the listeners to events
   * @throws BackendException if the cluster cannot be reached, or this user may not watch
   */
  public static NamespaceWatch start(
      KubernetesClient client,
      String namespace,
      JobLogs logs,
      ScheduledExecutorService timer,
      Executor listeners) {
    return start(client, namespace, logs, timer, listeners, FollowTiming.DEFAULT);
  }

  static NamespaceWatch start(
      KubernetesClient client,
      String namespace,
      JobLogs logs,
      ScheduledExecutorService timer,
      Executor listeners,
      FollowTiming timing) {
    NamespaceWatch watch = new NamespaceWatch(client, namespace, logs, timer, listeners, timing);
    try {
      watch.start();
    } catch (RuntimeException e) {
      watch.close();
      throw e;
    }
    return watch;
  }

  private NamespaceWatch(
      KubernetesClient client,
      String namespace,
      JobLogs logs,
      ScheduledExecutorService timer,
      Executor listeners,
      FollowTiming timing) {
    this.client = client;
    this.namespace = namespace;
    this.logs = logs;
    this.timer = timer;
    this.listeners = listeners;
    this.timing = timing;
    jobs =
        informer(
            client.batch().v1().jobs().inNamespace(namespace).withLabels(Names.ALL),
            job -> see(job.getMetadata().getUid(), view -> view.saw(job)),
            job -> see(job.getMetadata().getUid(), view -> view.jobGone(Optional.of(job))));
    pods =
        informer(
            client.pods().inNamespace(namespace).withLabels(Names.ALL),
            pod -> see(jobOf(pod), view -> view.saw(pod)),
            pod -> see(jobOf(pod), view -> view.podGone(pod)));
    pods.addIndexers(Map.of(JOB_UID, pod -> List.of(jobOf(pod))));
    warnings =
        informer(
            client.v1().events().inNamespace(namespace).withField("type", "Warning"),
            this::seeWarning,
            event -> {});
    warnings.itemStore(new Passing<>());
  }

  private <T extends HasMetadata> SharedIndexInformer<T> informer(
      Informable<T> what, Consumer<T> seen, Consumer<T> gone) {
    return what.runnableInformer(0)
        .exceptionHandler((started, e) -> started)
        .addEventHandler(
            new ResourceEventHandler<T>() {
              @Override
              public void onAdd(T object) {
                seen.accept(object);
              }

              @Override
              public void onUpdate(T before, T object) {
                seen.accept(object);
              }

              @Override
              public void onDelete(T object, boolean lastStateUnknown) {
                gone.accept(object);
              }
            });
  }

  private static boolean isRefusal(Throwable e) {
    for (Throwable t = e; t != null; t = t.getCause()) {
      if (t instanceof KubernetesClientException k && (k.getCode() == 401 || k.getCode() == 403)) {
        return true;
      }
    }
    return false;
  }

  private void start() {
    started(jobs, "jobs.batch", client.batch().v1().jobs().inNamespace(namespace));
    started(pods, "pods", client.pods().inNamespace(namespace));
    try {
      started(warnings, "events", client.v1().events().inNamespace(namespace));
    } catch (BackendException e) {
      log.info("Warnings of namespace {} are not shown: {}", namespace, e.getMessage());
    }
    long pause = timing.recheck().toMillis();
    var unused = timer.scheduleWithFixedDelay(this::recheck, pause, pause, TimeUnit.MILLISECONDS);
  }

  /** Asks once before the informer does: it would log a refusal as a fault of the program. */
  private void started(
      SharedIndexInformer<?> informer,
      String resource,
      Listable<? extends KubernetesResourceList<?>> all) {
    Call call = call("following the jobs of namespace '" + namespace + "'", "list", resource);
    call.run(() -> all.list(new ListOptionsBuilder().withLimit(1L).build()));
    try {
      informer
          .start()
          .toCompletableFuture()
          .get(timing.firstList().toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      Throwable cause = e instanceof ExecutionException ? e.getCause() : e;
      throw call.explain(
          cause instanceof KubernetesClientException k
              ? k
              : new KubernetesClientException("No list of " + resource, cause));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BackendException(call.doing(), "this thread was interrupted", "Try again", e);
    }
  }

  /**
   * Follows a job until it ends.
   *
   * @param job a state of the Job in this namespace, as the API server gave it
   */
  public FollowedJob follow(Job job) {
    String uid = job.getMetadata().getUid();
    FollowedJob it =
        followed.computeIfAbsent(
            uid,
            id ->
                new FollowedJob(
                    job,
                    new JobObjects(client, namespace, job.getMetadata().getName()),
                    logs,
                    () -> listPods(job.getMetadata().getName(), uid),
                    timer,
                    listeners,
                    timing));
    it.update(
        view -> {
          view.saw(job);
          // What the watches saw before this job was followed.
          Optional.ofNullable(jobs.getStore().getByKey(namespace + "/" + it.name()))
              .filter(j -> uid.equals(j.getMetadata().getUid()))
              .ifPresent(view::saw);
          pods.getIndexer().byIndex(JOB_UID, uid).forEach(view::saw);
        });
    var unused = it.completion().whenComplete((status, e) -> followed.remove(uid, it));
    if (!it.finished() && job.getStatus() != null && job.getStatus().getStartTime() != null) {
      seeEarlierWarnings(it);
    }
    return it;
  }

  /** What was warned of before this job was followed; the watch keeps no warnings. */
  private void seeEarlierWarnings(FollowedJob job) {
    Stream<String> uids =
        Stream.concat(Stream.of(job.uid()), job.pods().stream().map(p -> p.getMetadata().getUid()));
    try {
      uids.forEach(
          uid ->
              client
                  .v1()
                  .events()
                  .inNamespace(namespace)
                  .withField("type", "Warning")
                  .withField("involvedObject.uid", uid)
                  .list()
                  .getItems()
                  .forEach(event -> job.update(view -> view.saw(event))));
    } catch (KubernetesClientException e) {
      log.info("Earlier warnings of job {} are not shown: {}", job.name(), e.getMessage());
    }
  }

  private void see(String uid, Consumer<JobView> seen) {
    FollowedJob job = followed.get(uid);
    if (job != null) {
      job.update(seen);
    }
  }

  private void seeWarning(Event event) {
    ObjectReference about = event.getInvolvedObject();
    for (FollowedJob job : followed.values()) {
      boolean mine =
          "Job".equals(about.getKind())
              ? job.uid().equals(about.getUid())
              : "Pod".equals(about.getKind()) && job.mayOwn(about.getName());
      if (mine) {
        job.update(view -> view.saw(event));
      }
    }
  }

  private static String jobOf(Pod pod) {
    return Optional.ofNullable(pod.getMetadata().getLabels())
        .map(labels -> labels.get(JOB_UID))
        .orElse("");
  }

  private List<Pod> listPods(String job, String uid) {
    return call("looking for the pods of job '" + job + "'", "list", "pods")
        .run(() -> client.pods().inNamespace(namespace).withLabel(JOB_UID, uid).list().getItems());
  }

  /** Looks past the watches at the jobs that have not ended. */
  private void recheck() {
    if (followed.isEmpty()) {
      return;
    }
    try {
      Map<String, List<Pod>> before =
          followed.values().stream().collect(Collectors.toMap(FollowedJob::uid, FollowedJob::pods));
      Map<String, Job> present = listJobs();
      Map<String, List<Pod>> presentPods =
          call("looking for pods", "list", "pods")
              .run(() -> client.pods().inNamespace(namespace).withLabels(Names.ALL).list())
              .getItems()
              .stream()
              .collect(Collectors.groupingBy(NamespaceWatch::jobOf));
      before.forEach(
          (uid, known) ->
              see(
                  uid,
                  view -> {
                    Job job = present.get(uid);
                    if (job != null) {
                      view.saw(job);
                    } else if (missing.contains(uid)) {
                      view.jobGone(Optional.empty());
                    }
                    List<Pod> now = presentPods.getOrDefault(uid, List.of());
                    known.stream().filter(p -> isGone(p, now)).forEach(view::podGone);
                    now.forEach(view::saw);
                  }));
      missing.clear();
      missing.addAll(before.keySet());
      missing.removeAll(present.keySet());
      refusals = 0;
    } catch (BackendException e) {
      log.info("The jobs of namespace {} cannot be looked at: {}", namespace, e.getMessage());
      if (isRefusal(e) && ++refusals >= MAX_REFUSALS) {
        followed.values().forEach(job -> job.abandon(e));
      }
    } catch (RuntimeException e) {
      log.error("Looking at the jobs of namespace {} failed", namespace, e);
    }
  }

  /** A login that is refused so often in a row will not be accepted again. */
  private static final int MAX_REFUSALS = 3;

  private Map<String, Job> listJobs() {
    return call("looking for jobs", "list", "jobs.batch")
        .run(() -> client.batch().v1().jobs().inNamespace(namespace).withLabels(Names.ALL).list())
        .getItems()
        .stream()
        .collect(Collectors.toMap(j -> j.getMetadata().getUid(), Function.identity()));
  }

  private static boolean isGone(Pod pod, List<Pod> present) {
    String uid = pod.getMetadata().getUid();
    return present.stream().noneMatch(p -> uid.equals(p.getMetadata().getUid()));
  }

  private Call call(String doing, String verb, String resource) {
    return new Call(doing, verb, resource, namespace, client.getMasterUrl().toString());
  }

  /** Ends the watches; jobs that have not ended are abandoned. */
  @Override
  public void close() {
    jobs.close();
    pods.close();
    warnings.close();
    BackendException closed =
        new BackendException(
            "following a job", "the backend was closed", "Attach to the job again by its name");
    followed.values().forEach(job -> job.abandon(closed));
  }
}
