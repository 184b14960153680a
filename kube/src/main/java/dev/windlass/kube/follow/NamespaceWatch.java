package dev.windlass.kube.follow;

import dev.windlass.core.backend.BackendException;
import dev.windlass.core.backend.Phase;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
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

  private final NamespaceLook look;
  private volatile boolean closed;

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
    this.look = new NamespaceLook(client, namespace);
    jobs =
        informer(
            client.batch().v1().jobs().inNamespace(namespace).withLabels(Names.ALL),
            job -> see(job.getMetadata().getUid(), view -> view.saw(job)),
            job -> see(job.getMetadata().getUid(), view -> view.jobGone(Optional.of(job))));
    pods =
        informer(
            client.pods().inNamespace(namespace).withLabels(Names.ALL),
            pod -> see(NamespaceLook.jobOf(pod), view -> view.saw(pod)),
            pod -> see(NamespaceLook.jobOf(pod), view -> view.podGone(pod)));
    pods.addIndexers(Map.of(Names.JOB_UID, pod -> List.of(NamespaceLook.jobOf(pod))));
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

  private void start() {
    started(jobs, "jobs.batch", client.batch().v1().jobs().inNamespace(namespace));
    started(pods, "pods", client.pods().inNamespace(namespace));
    try {
      started(warnings, "events", client.v1().events().inNamespace(namespace));
    } catch (BackendException e) {
      log.info("Warnings of namespace {} are not shown: {}", namespace, e.getMessage());
    }
    long pause = timing.recheck().toMillis();
    Recheck recheck = new Recheck(look, followed.values());
    var unused = timer.scheduleWithFixedDelay(recheck, pause, pause, TimeUnit.MILLISECONDS);
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
    FollowedJob made =
        new FollowedJob(
            job,
            new JobObjects(client, namespace, job.getMetadata().getName()),
            logs,
            () -> look.podsOf(uid),
            timer,
            listeners,
            timing);
    FollowedJob before = followed.putIfAbsent(uid, made);
    FollowedJob it = before == null ? made : before;
    it.update(
        view -> {
          view.saw(job);
          // What the watches saw before this job was followed.
          Optional.ofNullable(jobs.getStore().getByKey(namespace + "/" + it.name()))
              .filter(j -> uid.equals(j.getMetadata().getUid()))
              .ifPresent(view::saw);
          pods.getIndexer().byIndex(Names.JOB_UID, uid).forEach(view::saw);
        });
    if (before == null) {
      it.whenOver(() -> followed.remove(uid, it));
      explainWaiting(job, it);
    }
    if (closed) {
      it.abandon(isClosed());
    }
    return it;
  }

  /** Warnings are not kept, so those from before the job was followed are asked for. */
  private void explainWaiting(Job job, FollowedJob it) {
    boolean isNew = job.getStatus() == null || job.getStatus().getStartTime() == null;
    Phase phase = it.status().phase();
    if (!isNew && (phase == Phase.PENDING || phase == Phase.STARTING)) {
      List<Event> warnings = new ArrayList<>(look.warningsAbout(job));
      List<Pod> known = it.pods();
      if (!known.isEmpty()) {
        warnings.addAll(look.warningsAbout(known.get(known.size() - 1)));
      }
      it.update(view -> warnings.forEach(view::saw));
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

  private Call call(String doing, String verb, String resource) {
    return new Call(doing, verb, resource, namespace, client.getMasterUrl().toString());
  }

  /** Ends the watches; jobs that have not ended are abandoned. */
  @Override
  public void close() {
    closed = true;
    jobs.close();
    pods.close();
    warnings.close();
    followed.values().forEach(job -> job.abandon(isClosed()));
  }

  private static BackendException isClosed() {
    return new BackendException(
        "following a job", "the backend was closed", "Attach to the job again by its name");
  }
}
