package dev.windlass.kube.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.windlass.core.backend.Attempt;
import dev.windlass.core.backend.JobStatus;
import dev.windlass.core.backend.Phase;
import dev.windlass.core.backend.Reason;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.statistics.Statistics;
import net.jqwik.api.statistics.StatisticsReport;

class JobViewPropertyTest {
  @Provide
  Arbitrary<JobHistory> histories() {
    return Combinators.combine(
            Arbitraries.integers().between(0, 2),
            Arbitraries.of(JobHistory.Run.class).list().ofMaxSize(4),
            Arbitraries.of(false, true),
            Arbitraries.of(JobHistory.Stage.class),
            Arbitraries.of(JobHistory.End.class))
        .as(JobHistory::new);
  }

  @Property(tries = 100)
  void in_order_the_end_is_the_true_one_and_phases_go_forward(
      @ForAll("histories") JobHistory history) {
    Observer observer = inOrder(history);

    JobStatus end = observer.lastTold();
    assertThat(end.phase()).isEqualTo(history.phase);
    assertThat(end.reason()).isEqualTo(history.reason);
    assertThat(end.finishedAt()).isPresent();
    assertThat(end.attempts())
        .extracting(a -> a.pod().orElseThrow(), Attempt::number)
        .containsExactlyElementsOf(
            history.attemptNumbers.entrySet().stream()
                .map(e -> tuple(e.getKey(), e.getValue()))
                .toList());
    checkTransitions(observer.told);
  }

  /** The Job and its pods come over two connections: each in order, neither waits for the other. */
  @Property(tries = 100)
  @StatisticsReport(StatisticsReport.StatisticsReportMode.OFF)
  void over_two_connections_the_end_is_the_same_and_phases_go_forward(
      @ForAll("histories") JobHistory history, @ForAll Random random) {
    List<Integer> jobs = new ArrayList<>(indexes(history, Job.class));
    List<Integer> pods = new ArrayList<>(indexes(history, Pod.class));
    Observer observer = new Observer(history, random);
    while (!jobs.isEmpty() || !pods.isEmpty()) {
      boolean job = pods.isEmpty() || (!jobs.isEmpty() && random.nextBoolean());
      observer.deliver((job ? jobs : pods).remove(0));
    }
    observer.listAll();

    checkSameEnd(history, observer);
    checkTransitions(observer.told);
  }

  @Property(tries = 150)
  @StatisticsReport(StatisticsReport.StatisticsReportMode.OFF)
  void in_any_order_with_repeats_and_losses_the_end_is_the_same(
      @ForAll("histories") JobHistory history, @ForAll Random random) {
    Observer observer = new Observer(history, random);
    int lastStateOfJob = observer.lastOfJob();
    if (history.changes.get(lastStateOfJob).gone()) {
      lastStateOfJob = beforeLast(history, lastStateOfJob);
    }
    int lossPercent = random.nextInt(3) * 30;
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < history.changes.size(); i++) {
      // The Job's last state is not lost for good: whoever lists Jobs sees it.
      int times = i != lastStateOfJob && random.nextInt(100) < lossPercent ? 0 : 1;
      times += random.nextInt(4) == 0 ? times : 0;
      order.addAll(Collections.nCopies(times, i));
    }
    Collections.shuffle(order, random);
    order.forEach(observer::deliver);
    observer.listAll();

    checkSameEnd(history, observer);
  }

  @Property(tries = 50)
  void once_final_the_status_never_changes_whatever_comes(
      @ForAll("histories") JobHistory history, @ForAll Random random) {
    Observer observer = inOrder(history);
    JobStatus end = observer.lastTold();
    List<Integer> again = new ArrayList<>(indexes(history, Object.class));
    Collections.shuffle(again, random);

    again.forEach(observer::deliver);
    observer.view.listedPods(List.of());
    observer.view.jobGone(Optional.empty());
    Job job = (Job) history.changes.get(0).object();
    observer.view.saw(
        ApiObjects.version(ApiObjects.condition(job, "Failed", true, "Other", 0), 999_999));

    assertThat(observer.view.status()).contains(end);
    assertThat(observer.view.needsPods()).isFalse();
  }

  @Property(tries = 50)
  void pods_alone_end_no_job(@ForAll("histories") JobHistory history, @ForAll Random random) {
    JobView view = new JobView((Job) history.changes.get(0).object());
    List<Integer> pods = new ArrayList<>(indexes(history, Pod.class));
    Collections.shuffle(pods, random);
    for (int i : pods) {
      Change change = history.changes.get(i);
      if (change.gone()) {
        view.podGone((Pod) change.object());
      } else {
        view.saw((Pod) change.object());
      }
      assertThat(view.needsPods()).isFalse();
      assertThat(view.status().orElseThrow().phase().isFinal()).isFalse();
    }
    view.listedPods(List.of());

    assertThat(view.needsPods()).isFalse();
    assertThat(view.status().orElseThrow().phase().isFinal()).isFalse();
  }

  private static Observer inOrder(JobHistory history) {
    Observer observer = new Observer(history, new Random(0));
    for (int i = 0; i < history.changes.size(); i++) {
      observer.deliver(i);
    }
    return observer;
  }

  /**
   * What was never seen cannot be told: pods that came and went meanwhile are missing in the
   * attempts. Phase and reason are the true ones even so.
   */
  private static void checkSameEnd(JobHistory history, Observer observer) {
    JobStatus end = observer.lastTold();
    assertThat(end.phase()).isEqualTo(history.phase);
    assertThat(end.reason()).isEqualTo(history.reason);
    boolean comparable = observer.knewAll() && !history.podsOutlive;
    Statistics.collect(comparable);
    Statistics.coverage(c -> c.check(true).percentage(p -> p > 30));
    if (comparable) {
      assertThat(end).isEqualTo(inOrder(history).lastTold());
    }
  }

  /** See {@link StatusReducer} for the ways back that there are. */
  private static void checkTransitions(List<JobStatus> told) {
    for (int i = 1; i < told.size(); i++) {
      JobStatus before = told.get(i - 1);
      JobStatus now = told.get(i);
      boolean isHeld = now.phase() == Phase.QUEUED && now.reason() == Reason.SUSPENDED;
      boolean isNewRun =
          ended(now) > ended(before) || now.attempts().size() > before.attempts().size();
      if (now.phase().compareTo(before.phase()) < 0) {
        assertThat(isHeld || isNewRun).as("from %s%nto %s", before, now).isTrue();
      }
    }
  }

  private static long ended(JobStatus status) {
    return status.attempts().stream()
        .filter(a -> a.finishedAt().isPresent() || a.reason() != Reason.NONE)
        .count();
  }

  private static List<Integer> indexes(JobHistory history, Class<?> type) {
    return IntStream.range(0, history.changes.size())
        .filter(i -> type.isInstance(history.changes.get(i).object()))
        .boxed()
        .toList();
  }

  private static int beforeLast(JobHistory history, int last) {
    String uid = history.changes.get(last).uid();
    return IntStream.range(0, last)
        .filter(i -> history.changes.get(i).uid().equals(uid))
        .max()
        .orElseThrow();
  }
}
