package dev.windlass.kube.follow;

import static dev.windlass.kube.TestJobs.complete;
import static dev.windlass.kube.TestJobs.created;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyLong;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.mock;

import dev.windlass.core.backend.BackendException;
import dev.windlass.core.backend.JobStatus;
import dev.windlass.core.backend.Phase;
import dev.windlass.kube.log.JobLogs;
import dev.windlass.kube.submit.JobObjects;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One job, with a timer that the test turns by hand. */
@Timeout(20)
class FollowedJobTest {
  private final Job job = created("train", "uid-1");
  private final Queue<Runnable> due = new ArrayDeque<>();
  private final ExecutorService listeners = Executors.newCachedThreadPool();
  private final BackendException refused = new BackendException("looking", "no", "ask");

  @AfterEach
  void stop() {
    listeners.shutdownNow();
  }

  private FollowedJob follow(Supplier<List<Pod>> pods) {
    ScheduledExecutorService timer = mock(ScheduledExecutorService.class);
    doAnswer(
            call -> {
              due.add(call.getArgument(0));
              return null;
            })
        .when(timer)
        .schedule(any(Runnable.class), anyLong(), any());
    return new FollowedJob(
        job,
        mock(JobObjects.class),
        mock(JobLogs.class),
        pods,
        timer,
        listeners,
        FollowTiming.DEFAULT);
  }

  private void end(FollowedJob followed) {
    followed.update(view -> view.saw(complete(job)));
    due.remove().run();
  }

  @Test
  void end_isToldOnceThePodsAreListed_whichIsTriedUntilItWorks() throws Exception {
    Queue<Supplier<List<Pod>>> answers = new ArrayDeque<>();
    answers.add(
        () -> {
          throw refused;
        });
    answers.add(List::of);
    FollowedJob followed = follow(() -> answers.remove().get());
    end(followed);
    assertThat(followed.hasEnded()).isFalse();
    due.remove().run();
    assertThat(followed.await(Duration.ZERO)).map(JobStatus::phase).contains(Phase.SUCCEEDED);
    assertThat(due).isEmpty();
  }

  @Test
  void abandoned_itsPodsAreAskedForNoMore() {
    FollowedJob followed =
        follow(
            () -> {
              throw refused;
            });
    followed.update(view -> view.saw(complete(job)));
    followed.abandon(refused);
    due.remove().run();
    assertThat(due).isEmpty();
    assertThatThrownBy(() -> followed.await(Duration.ofHours(1))).isSameAs(refused);
    assertThatThrownBy(followed::finished).isSameAs(refused);
  }

  @Test
  void abandoned_afterTheEnd_theEndStands() throws Exception {
    FollowedJob followed = follow(List::of);
    end(followed);
    followed.abandon(refused);
    assertThat(followed.finished()).isTrue();
    assertThat(followed.await(Duration.ZERO)).isPresent();
  }

  @Test
  void completion_callerThatBlocks_holdsUpNobodyElse() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    FollowedJob followed = follow(List::of);
    var unused =
        followed
            .completion()
            .thenRun(
                () -> {
                  try {
                    never.await();
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                });
    end(followed);
    assertThat(followed.await(Duration.ZERO)).isPresent();
  }

  @Test
  void completion_isNotTheCallersToComplete() throws Exception {
    FollowedJob followed = follow(List::of);
    followed.completion().toCompletableFuture().completeExceptionally(refused);
    assertThat(followed.await(Duration.ZERO)).isEmpty();
    end(followed);
    assertThat(followed.completion().toCompletableFuture().get().phase())
        .isEqualTo(Phase.SUCCEEDED);
  }

  @Test
  void await_longerThanCanBeCounted_isNoError() throws Exception {
    FollowedJob followed = follow(List::of);
    end(followed);
    assertThat(followed.await(ChronoUnit.FOREVER.getDuration())).isPresent();
  }
}
