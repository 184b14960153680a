package dev.windlass.kube.follow;

import dev.windlass.core.backend.BackendException;
import dev.windlass.core.backend.EventLog;
import dev.windlass.core.backend.JobEvent;
import dev.windlass.core.backend.JobStatus;
import dev.windlass.core.backend.LogOptions;
import dev.windlass.core.backend.LogStream;
import dev.windlass.core.backend.ProgressLine;
import dev.windlass.core.backend.Subscription;
import dev.windlass.kube.log.JobLogs;
import dev.windlass.kube.log.PodSource;
import dev.windlass.kube.render.Names;
import dev.windlass.kube.status.JobView;
import dev.windlass.kube.status.SeenPod;
import dev.windlass.kube.status.StatusReducer;
import dev.windlass.kube.submit.JobObjects;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One job as it is followed: takes what is seen of its objects, tells its status, its events and
 * when it ends. Safe for use by several threads.
 *
 * <p>Progress reports are lines of the log, so the log is read as soon as someone listens to
 * events. The event of the job's end is told when the log is read, so that it is the last one also
 * for whoever listens only after the end.
 */
public final class FollowedJob implements PodSource {
  private static final Logger log = LoggerFactory.getLogger(FollowedJob.class);

  private final String namespace;
  private final String name;
  private final String uid;
  private final JobView view;
  private final JobObjects objects;
  private final JobLogs logs;
  private final Supplier<List<Pod>> listPods;
  private final ScheduledExecutorService timer;
  private final FollowTiming timing;
  private final EventLog events;
  private final Ending ending;
  private @Nullable JobStatus status;
  private @Nullable BackendException abandoned;
  private @Nullable LogStream progress;
  private @Nullable Instant stuckSince;
  private boolean listingPods;

  /**
   * Follows that very Job.
   *
   * @param listPods asks the API server for the Job's pods
   * @param timer runs what waits, and must not be blocked for long
   * @param listeners runs the listeners and what callers do at the end
   */
  FollowedJob(
      Job job,
      JobObjects objects,
      JobLogs logs,
      Supplier<List<Pod>> listPods,
      ScheduledExecutorService timer,
      Executor listeners,
      FollowTiming timing) {
    this.namespace = job.getMetadata().getNamespace();
    this.name = job.getMetadata().getName();
    this.uid = job.getMetadata().getUid();
    this.view = new JobView(job);
    this.objects = objects;
    this.logs = logs;
    this.listPods = listPods;
    this.timer = timer;
    this.timing = timing;
    this.events = new EventLog(listeners);
    this.ending = new Ending(listeners);
  }

  String uid() {
    return uid;
  }

  String name() {
    return name;
  }

  /** Something was seen of the job's objects. */
  void update(Consumer<JobView> seen) {
    JobStatus ended = null;
    synchronized (this) {
      if (isOver()) {
        return;
      }
      seen.accept(view);
      if (view.needsPods()) {
        listPodsSoon(Duration.ZERO);
      }
      Optional<JobStatus> now = view.status();
      if (now.isPresent() && !now.get().equals(status)) {
        status = now.get();
        if (hasEnded()) {
          ended = now.get();
        } else {
          tell(now.get());
        }
      }
      watchStartDeadline();
    }
    if (ended != null) {
      ending.is(ended);
    }
  }

  private void tell(JobStatus told) {
    events.add(new JobEvent.StatusChanged(Instant.now(), told));
  }

  private void listPodsSoon(Duration delay) {
    if (!listingPods) {
      listingPods = true;
      schedule(this::listPodsNow, delay);
    }
  }

  private void listPodsNow() {
    List<Pod> pods;
    try {
      pods = listPods.get();
    } catch (RuntimeException e) {
      log.debug("The pods of job {} are listed again: {}", name, e.getMessage());
      synchronized (this) {
        listingPods = false;
        if (!isOver()) {
          listPodsSoon(timing.retry());
        }
      }
      return;
    }
    update(
        v -> {
          listingPods = false;
          v.listedPods(pods);
        });
  }

  /** Gives the job up if it is still stuck on an image, a mount or a setting at its deadline. */
  private void watchStartDeadline() {
    Optional<Instant> deadline = isOver() ? Optional.empty() : startDeadline();
    if (deadline.isEmpty()) {
      stuckSince = null;
    } else if (stuckSince == null) {
      Instant seen = Instant.now();
      stuckSince = seen;
      Instant earliest = seen.plus(timing.earliestGiveUp());
      Instant due = deadline.get().isBefore(earliest) ? earliest : deadline.get();
      schedule(() -> giveUpIfStuckSince(seen), Duration.between(seen, due));
    }
  }

  private Optional<Instant> startDeadline() {
    return StatusReducer.startDeadline(view.facts());
  }

  private void giveUpIfStuckSince(Instant since) {
    JobStatus stuck;
    synchronized (this) {
      Optional<Instant> deadline = isOver() ? Optional.empty() : startDeadline();
      if (!since.equals(stuckSince) || deadline.isEmpty()) {
        return;
      }
      if (Instant.now().isBefore(deadline.get())) {
        // It was stuck on a pod before this one, and this one has its own time.
        stuckSince = null;
        watchStartDeadline();
        return;
      }
      stuck = status();
    }
    try {
      objects.giveUp(uid, stuck.reason(), "It could not start in time. " + stuck.message());
    } catch (BackendException e) {
      log.warn("Job {} cannot start and cannot be given up: {}", name, e.getMessage());
      schedule(() -> giveUpIfStuckSince(since), timing.recheck());
    }
  }

  private void schedule(Runnable action, Duration delay) {
    try {
      var unused = timer.schedule(action, Math.max(0, delay.toMillis()), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      log.debug("Job {} is followed no more: the backend is closed", name);
    }
  }

  /** The latest status. */
  public synchronized JobStatus status() {
    // The view can always say something, but for the moment between an end and the pod list.
    return status == null ? StatusReducer.reduce(view.facts()) : status;
  }

  /** Whether the final status is known. */
  public synchronized boolean hasEnded() {
    return status != null && status.phase().isFinal();
  }

  /** Whether nothing that is seen of the job counts any more. */
  private boolean isOver() {
    return abandoned != null || hasEnded();
  }

  @Override
  public synchronized boolean finished() {
    if (abandoned != null) {
      throw abandoned;
    }
    return hasEnded();
  }

  @Override
  public synchronized List<Pod> pods() {
    return view.pods().stream().map(SeenPod::pod).toList();
  }

  /** Whether a pod of that name can be this job's. */
  boolean mayOwn(String podName) {
    return podName.startsWith(Names.podPrefix(name));
  }

  /** Completes with the final status; exceptionally if no more will be heard of the job. */
  public CompletionStage<JobStatus> completion() {
    return ending.told();
  }

  /** Does something quick once nothing more comes of the job. */
  void whenOver(Runnable action) {
    ending.whenOver(action);
  }

  /**
   * Waits for the final status.
   *
   * @return the status; empty if it does not come within that time
   * @throws BackendException if no more will be heard of the job
   */
  public Optional<JobStatus> await(Duration timeout) throws InterruptedException {
    return ending.await(timeout);
  }

  /** Tells a listener all events from the first on. */
  public Subscription subscribe(Consumer<? super JobEvent> listener) {
    synchronized (this) {
      if (progress == null) {
        readProgress();
      }
    }
    return events.subscribe(listener);
  }

  private void readProgress() {
    LogStream stream =
        logs.open(
            namespace,
            name,
            this,
            LogOptions.following(),
            line -> ProgressLine.parse(line).ifPresent(events::add));
    progress = stream;
    Thread reader = new Thread(() -> readToEnd(stream), "windlass-events-" + name);
    reader.setDaemon(true);
    reader.start();
    // A log that cannot be read must not hide the end.
    ending.then(end -> schedule(() -> tell(end), timing.lastLines()));
  }

  private void readToEnd(LogStream stream) {
    try {
      stream.iterator().forEachRemaining(line -> {});
    } catch (BackendException e) {
      log.info("The progress of job {} cannot be told: {}", name, e.getMessage());
    } finally {
      stream.close();
    }
    ending.then(this::tell);
  }

  /** No more will be heard of the job. */
  void abandon(BackendException why) {
    synchronized (this) {
      if (isOver()) {
        return;
      }
      abandoned = why;
      if (progress != null) {
        progress.close();
      }
    }
    ending.isLost(why);
  }
}
