package dev.windlass.kube.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.windlass.core.backend.Phase;
import dev.windlass.core.backend.Reason;
import dev.windlass.kube.render.Names;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class JobViewTest {
  private static final Job JOB = ApiObjects.version(ApiObjects.job(0), 10);
  private static final Pod POD = ApiObjects.version(ApiObjects.pod(JOB), 11);
  private static final Pod RUNNING = ApiObjects.version(ApiObjects.running(POD, 20), 12);

  private final JobView view = new JobView(JOB);

  @Test
  void the_end_is_told_after_the_list_that_brings_the_exit_code() {
    view.saw(RUNNING);
    view.saw(
        ApiObjects.version(ApiObjects.condition(JOB, "Failed", true, "FailedIndexes", 90), 20));

    assertThat(view.needsPods()).isTrue();
    assertThat(view.status()).isEmpty();
    view.listedPods(
        List.of(ApiObjects.version(ApiObjects.ended(POD, 3, "Error", null, 20, 40), 19)));

    assertThat(view.needsPods()).isFalse();
    assertThat(view.status().orElseThrow().reason()).isEqualTo(Reason.EXIT_CODE);
    assertThat(view.status().orElseThrow().lastAttempt().orElseThrow().exitCode()).hasValue(3);
  }

  @Test
  void a_list_before_the_end_does_not_count() {
    view.listedPods(List.of(RUNNING));
    view.saw(ApiObjects.version(ApiObjects.condition(JOB, "Complete", true, "", 90), 20));

    assertThat(view.needsPods()).isTrue();
  }

  @Test
  void a_deleted_pod_may_be_the_first_that_is_seen_of_it() {
    view.podGone(ApiObjects.version(ApiObjects.ended(POD, 3, "Error", null, 20, 40), 19));
    view.saw(RUNNING);

    assertThat(view.pods()).hasSize(1);
    assertThat(view.pods().get(0).gone()).isTrue();
    assertThat(view.status().orElseThrow().lastAttempt().orElseThrow().exitCode()).hasValue(3);
  }

  @Test
  void a_late_state_brings_no_deleted_pod_back() {
    view.podGone(POD);
    view.saw(RUNNING);

    assertThat(view.pods().get(0).pod()).isEqualTo(RUNNING);
    assertThat(view.pods().get(0).gone()).isTrue();
  }

  @Test
  void an_old_list_brings_no_deleted_pod_back() {
    view.podGone(RUNNING);
    view.listedPods(List.of(RUNNING));

    assertThat(view.pods().get(0).gone()).isTrue();
  }

  @Test
  void pods_of_another_job_of_that_name_are_passed_over() {
    Job earlier = ApiObjects.job("uid-0", 0, 0);
    view.saw(ApiObjects.running(ApiObjects.pod(earlier, "train-0-old", 0, 0), 1));
    view.podGone(ApiObjects.pod(earlier, "train-0-old", 0, 0));
    view.listedPods(List.of(ApiObjects.pod(earlier, "train-0-old", 0, 0)));

    assertThat(view.pods()).isEmpty();
  }

  @Test
  void an_orphaned_pod_is_known_by_its_label() {
    Pod orphan =
        new PodBuilder(RUNNING)
            .editMetadata()
            .withOwnerReferences()
            .addToLabels("batch.kubernetes.io/controller-uid", "uid-1")
            .endMetadata()
            .build();
    view.saw(orphan);

    assertThat(view.pods()).hasSize(1);
  }

  @Test
  void a_newer_job_of_that_name_means_this_one_is_gone_an_older_one_does_not() {
    view.saw(ApiObjects.version(ApiObjects.job("uid-0", 0, 0), 9));
    view.jobGone(Optional.of(ApiObjects.version(ApiObjects.job("uid-0", 0, 0), 9)));
    assertThat(view.needsPods()).isFalse();

    view.saw(ApiObjects.version(ApiObjects.job("uid-2", 0, 0), 11));
    assertThat(view.needsPods()).isTrue();
    view.listedPods(List.of());

    assertThat(view.status().orElseThrow().phase()).isEqualTo(Phase.FAILED);
    assertThat(view.status().orElseThrow().reason()).isEqualTo(Reason.DELETED);
  }

  @Test
  void a_cancelled_job_that_is_deleted_was_cancelled_a_completed_one_completed() {
    Job cancelled = ApiObjects.annotate(JOB, Names.CANCELLED_AT, ApiObjects.at(50));
    view.jobGone(Optional.of(ApiObjects.version(cancelled, 20)));
    view.listedPods(List.of());
    assertThat(view.status().orElseThrow().phase()).isEqualTo(Phase.CANCELLED);

    JobView other = new JobView(JOB);
    other.jobGone(
        Optional.of(ApiObjects.version(ApiObjects.condition(JOB, "Complete", true, "", 90), 20)));
    other.listedPods(List.of());
    assertThat(other.status().orElseThrow().phase()).isEqualTo(Phase.SUCCEEDED);
  }

  @Test
  void of_two_pods_of_the_same_second_the_later_attempt_is_the_later_one() {
    view.saw(ApiObjects.pod(JOB, "train-0-bbbbb", 0, 10));
    view.saw(ApiObjects.pod(JOB, "train-0-aaaaa", 1, 10));

    assertThat(view.status().orElseThrow().attempts())
        .extracting(a -> a.number())
        .containsExactly(1, 2);
  }

  @Test
  void a_warning_seen_again_replaces_the_one_before_and_an_old_state_of_it_does_not() {
    Event first = ApiObjects.warning(JOB, "FailedCreate", "exceeded quota: one", 5);
    Event again = ApiObjects.warning(JOB, "FailedCreate", "exceeded quota: two", 65);
    view.saw(again);
    view.saw(first);

    assertThat(view.facts().warnings()).containsExactly(again);
    assertThat(view.status().orElseThrow().message()).isEqualTo("exceeded quota: two");
  }

  @Test
  void of_many_warnings_the_latest_are_kept_in_the_order_of_their_times() {
    for (int i = 0; i < 80; i++) {
      // As the scheduler writes them: without lastTimestamp.
      int n = (i * 37) % 80;
      view.saw(
          new EventBuilder(ApiObjects.warning(JOB, "Other", "text " + n, n))
              .editMetadata()
              .withName("warning-" + n)
              .endMetadata()
              .withLastTimestamp(null)
              .withNewEventTime(ApiObjects.at(n))
              .build());
    }

    assertThat(view.facts().warnings())
        .extracting(Event::getMessage)
        .hasSize(50)
        .startsWith("text 30")
        .endsWith("text 79");
  }
}
