package dev.windlass.kube.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.windlass.core.backend.JobStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/** A follower of one history: what it is told, it tells a view, and lists the pods when asked. */
final class Observer {
  final JobView view;
  final List<JobStatus> told = new ArrayList<>();

  private final JobHistory history;
  private final Random random;
  private final Set<Integer> delivered = new HashSet<>();
  private int seen;
  private boolean listedAtTheEnd;
  private boolean complete;

  Observer(JobHistory history, Random random) {
    this.history = history;
    this.random = random;
    this.view = new JobView((Job) history.changes.get(0).object());
  }

  /** The change of that index arrives. */
  void deliver(int index) {
    delivered.add(index);
    seen = Math.max(seen, index + 1);
    Change change = history.changes.get(index);
    if (change.object() instanceof Job job) {
      if (change.gone()) {
        view.jobGone(Optional.of(job));
      } else {
        view.saw(job);
      }
    } else if (change.gone()) {
      view.podGone((Pod) change.object());
    } else {
      view.saw((Pod) change.object());
    }
    look();
  }

  /** The connections come back, and begin with lists of what there is. */
  void listAll() {
    seen = history.changes.size();
    int last = lastOfJob();
    if (history.changes.get(last).gone()) {
      view.jobGone(Optional.empty());
    } else {
      view.saw((Job) history.changes.get(last).object());
    }
    look();
    view.listedPods(history.podsAfter(history.changes.size()));
    look();
  }

  /** The index of the last change of the Job. */
  int lastOfJob() {
    int last = 0;
    for (int i = 0; i < history.changes.size(); i++) {
      if (history.changes.get(i).uid().equals(view.uid())) {
        last = i;
      }
    }
    return last;
  }

  JobStatus lastTold() {
    return told.get(told.size() - 1);
  }

  /** Whether it knew the last state of every pod when the end was told. */
  boolean knewAll() {
    return complete;
  }

  private void look() {
    if (view.needsPods()) {
      assertThat(view.status()).as("the end is told before the pods were listed").isEmpty();
      int now = seen + random.nextInt(history.changes.size() - seen + 1);
      List<Pod> present = history.podsAfter(now);
      complete = knowsAll(present);
      listedAtTheEnd = true;
      view.listedPods(present);
      assertThat(view.needsPods()).isFalse();
    }
    JobStatus status = view.status().orElseThrow();
    if (!told.isEmpty() && lastTold().phase().isFinal()) {
      assertThat(status).as("a final status changed").isEqualTo(lastTold());
    }
    if (status.phase().isFinal()) {
      assertThat(listedAtTheEnd).isTrue();
    }
    told.add(status);
  }

  private boolean knowsAll(List<Pod> present) {
    Map<String, Boolean> known = new HashMap<>();
    for (int i = 0; i < history.changes.size(); i++) {
      Change change = history.changes.get(i);
      if (change.object() instanceof Pod) {
        // When a pod goes, its last state is the one before.
        boolean before = change.gone() && known.getOrDefault(change.uid(), false);
        known.put(change.uid(), before || delivered.contains(i));
      }
    }
    present.forEach(p -> known.put(p.getMetadata().getUid(), true));
    return !known.containsValue(false);
  }
}
