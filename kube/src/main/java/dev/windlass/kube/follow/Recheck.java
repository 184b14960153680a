package dev.windlass.kube.follow;

import dev.windlass.core.backend.BackendException;
import dev.windlass.kube.status.JobView;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks past the watches at the jobs that have not ended: a watch that died without a word looks
 * just like one with nothing to say. For use by one thread at a time.
 */
final class Recheck implements Runnable {
  private static final Logger log = LoggerFactory.getLogger(Recheck.class);

  /** A login that is refused so often in a row will not be accepted again. */
  private static final int MAX_REFUSALS = 3;

  private final NamespaceLook look;
  private final Collection<FollowedJob> followed;

  /**
   * Jobs that were not there at the latest look. One that is missing twice is gone; before, the
   * watch may still be about to tell how it ended.
   */
  private Set<String> missing = Set.of();

  private int refusals;

  /**
   * A look at those jobs.
   *
   * @param followed the unfinished jobs, as they come and go
   */
  Recheck(NamespaceLook look, Collection<FollowedJob> followed) {
    this.look = look;
    this.followed = followed;
  }

  @Override
  public void run() {
    try {
      if (!followed.isEmpty()) {
        check();
      }
      refusals = 0;
    } catch (BackendException e) {
      log.info("The jobs cannot be looked at: {}", e.getMessage());
      if (isRefusal(e) && ++refusals >= MAX_REFUSALS) {
        abandonAll(e);
        refusals = 0;
      }
    } catch (RuntimeException e) {
      if (look.isOver()) {
        abandonAll(clientClosed(e));
        return;
      }
      // An exception that got out would be the last look.
      log.error("Looking at the jobs failed", e);
    }
  }

  private void abandonAll(BackendException why) {
    followed.forEach(job -> job.abandon(why));
  }

  private static BackendException clientClosed(RuntimeException e) {
    return new BackendException(
        "following jobs",
        "the Kubernetes client was closed while the backend used it",
        "Close the backend first; then attach to the job again by its name",
        e);
  }

  private void check() {
    // The pods that are known before the list is asked for, and not in it, are gone.
    Map<FollowedJob, List<Pod>> before =
        followed.stream().collect(Collectors.toMap(job -> job, FollowedJob::pods));
    Map<String, Job> jobs = look.jobs();
    Map<String, List<Pod>> pods = look.pods();
    Set<String> absent = new HashSet<>();
    before.forEach(
        (job, known) -> {
          Job now = jobs.get(job.uid());
          if (now == null) {
            absent.add(job.uid());
          }
          boolean gone = now == null && missing.contains(job.uid());
          List<Pod> present = pods.getOrDefault(job.uid(), List.of());
          try {
            job.update(view -> show(view, now, gone, known, present));
          } catch (RuntimeException e) {
            log.error("What there is of job {} cannot be understood", job.name(), e);
          }
        });
    missing = absent;
  }

  private static void show(
      JobView view, @Nullable Job now, boolean gone, List<Pod> known, List<Pod> present) {
    if (now != null) {
      view.saw(now);
    } else if (gone) {
      view.jobGone(Optional.empty());
    }
    Set<String> there =
        present.stream().map(pod -> pod.getMetadata().getUid()).collect(Collectors.toSet());
    known.stream()
        .filter(pod -> !there.contains(pod.getMetadata().getUid()))
        .forEach(view::podGone);
    present.forEach(view::saw);
  }

  private static boolean isRefusal(Throwable e) {
    for (Throwable t = e; t != null; t = t.getCause()) {
      if (t instanceof KubernetesClientException k && (k.getCode() == 401 || k.getCode() == 403)) {
        return true;
      }
    }
    return false;
  }
}
