package dev.windlass.kube.follow;

import static dev.windlass.kube.TestJobs.complete;
import static dev.windlass.kube.TestJobs.created;
import static dev.windlass.kube.TestJobs.started;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.windlass.core.backend.BackendException;
import dev.windlass.core.backend.LogOptions;
import dev.windlass.core.backend.LogStream;
import dev.windlass.core.backend.Phase;
import dev.windlass.core.backend.Reason;
import dev.windlass.kube.FakeApi;
import dev.windlass.kube.log.JobLogs;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.StatusBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class NamespaceWatchTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final Duration NEVER = Duration.ofHours(1);

  private final FakeApi api = new FakeApi();
  private final KubernetesClient client = api.client();
  private final JobLogs logs = new JobLogs(client);
  private final ScheduledExecutorService timer = Executors.newScheduledThreadPool(2);
  private final ExecutorService listeners = Executors.newCachedThreadPool();
  private final Job job = created("train", "uid-1");

  @AfterEach
  void stop() {
    timer.shutdownNow();
    listeners.shutdownNow();
    logs.close();
    client.close();
    api.close();
  }

  private NamespaceWatch start(Duration recheck) {
    return NamespaceWatch.start(
        client,
        "team",
        logs,
        timer,
        listeners,
        new FollowTiming(LONG, recheck, Duration.ofMillis(20), LONG, Duration.ZERO));
  }

  @Test
  void watchThatSaysNothing_theEndIsFoundAllTheSame() throws Exception {
    try (NamespaceWatch watch = start(Duration.ofMillis(20))) {
      api.jobs(job);
      FollowedJob followed = watch.follow(job);
      api.jobs(complete(job));
      assertThat(followed.await(LONG).orElseThrow().phase()).isEqualTo(Phase.SUCCEEDED);
    }
  }

  @Test
  void watchThatSaysNothing_jobThatIsMissingOnceMayStillHaveEnded() throws Exception {
    try (NamespaceWatch watch = start(Duration.ofMillis(20))) {
      // Followed before any list has it, and missing in one list: that alone does not end it.
      api.on("GET " + FakeApi.JOBS, FakeApi.list(Job.class), FakeApi.list(Job.class, job));
      FollowedJob followed = watch.follow(job);
      await().until(() -> api.count("GET " + FakeApi.JOBS) > 5);
      assertThat(followed.status().phase()).isEqualTo(Phase.PENDING);
      api.jobs();
      assertThat(followed.await(LONG).orElseThrow().reason()).isEqualTo(Reason.DELETED);
    }
  }

  @Test
  void watchThatIsTooOld_jobsAreListedAgain() throws Exception {
    api.jobs(job);
    try (NamespaceWatch watch = start(NEVER)) {
      FollowedJob followed = watch.follow(job);
      await().until(() -> api.watches(FakeApi.JOBS) == 1);
      api.jobs(complete(job));
      api.tell(
          FakeApi.JOBS,
          "ERROR",
          new StatusBuilder().withStatus("Failure").withCode(410).withReason("Expired").build());
      assertThat(followed.await(LONG).orElseThrow().phase()).isEqualTo(Phase.SUCCEEDED);
    }
  }

  @Test
  void endThatTheWatchTells_isTheEnd() throws Exception {
    api.jobs(job);
    try (NamespaceWatch watch = start(NEVER)) {
      FollowedJob followed = watch.follow(job);
      await().until(() -> api.watches(FakeApi.JOBS) == 1);
      api.tell(FakeApi.JOBS, "MODIFIED", complete(job));
      assertThat(followed.await(LONG).orElseThrow().phase()).isEqualTo(Phase.SUCCEEDED);
      // Who comes later finds it by himself.
      assertThat(watch.follow(complete(job)).await(LONG).orElseThrow().phase())
          .isEqualTo(Phase.SUCCEEDED);
    }
  }

  @Test
  void refusedOnce_goesOn_refusedThreeTimes_saysSoToAllWhoWait() throws Exception {
    try (NamespaceWatch watch = start(Duration.ofMillis(20))) {
      api.on(
          "GET " + FakeApi.JOBS,
          FakeApi.refusal(403, "no"),
          FakeApi.refusal(401, "no"),
          FakeApi.list(Job.class, job),
          FakeApi.refusal(403, "no"),
          FakeApi.list(Job.class, job));
      FollowedJob followed = watch.follow(job);
      await().until(() -> api.count("GET " + FakeApi.JOBS) > 8);
      assertThat(followed.await(Duration.ZERO)).isEmpty();
      try (LogStream log = logs.open("team", "train", followed, LogOptions.following())) {
        api.on("GET " + FakeApi.JOBS, FakeApi.refusal(403, "jobs.batch is forbidden"));
        assertThatThrownBy(() -> followed.await(LONG))
            .isInstanceOf(BackendException.class)
            .hasMessageContaining("may not list jobs.batch in namespace 'team'");
        assertThatThrownBy(() -> log.iterator().hasNext())
            .hasMessageContaining("may not list jobs.batch");
      }
      assertThat(followed.completion().toCompletableFuture())
          .failsWithin(LONG)
          .withThrowableThat()
          .havingRootCause()
          .withMessageContaining("forbidden");
    }
  }

  @Test
  void warningsFromBeforeTheJobWasFollowed_areShown() {
    api.jobs(started(job));
    NamespaceWatch watch = start(NEVER);
    api.on(
        "GET " + FakeApi.EVENTS,
        FakeApi.list(
            io.fabric8.kubernetes.api.model.Event.class,
            new EventBuilder()
                .withNewMetadata()
                .withName("train.1")
                .withNamespace("team")
                .endMetadata()
                .withType("Warning")
                .withReason("FailedCreate")
                .withMessage("Error creating: pods \"train-0-x\" is forbidden: exceeded quota: few")
                .withLastTimestamp("2026-03-01T10:00:02Z")
                .withNewInvolvedObject()
                .withKind("Job")
                .withName("train")
                .withUid("uid-1")
                .endInvolvedObject()
                .build()));
    assertThat(watch.follow(started(job)).status().reason()).isEqualTo(Reason.QUOTA_EXCEEDED);
    watch.close();
  }

  @Test
  void follow_afterClose_awaitDoesNotWait() {
    NamespaceWatch watch = start(NEVER);
    watch.close();
    FollowedJob late = watch.follow(job);
    assertThatThrownBy(() -> late.await(LONG)).hasMessageContaining("was closed");
  }

  @Test
  void clientThatSomeoneClosed_saysSoToAllWhoWait() {
    NamespaceWatch watch = start(Duration.ofMillis(20));
    FollowedJob followed = watch.follow(job);
    client.close();
    assertThatThrownBy(() -> followed.await(LONG)).hasMessageContaining("closed");
  }

  @Test
  void apiServerThatIsAway_isWaitedFor() throws Exception {
    try (NamespaceWatch watch = start(Duration.ofMillis(20))) {
      api.on(
          "GET " + FakeApi.JOBS,
          FakeApi.cut(),
          FakeApi.refusal(503, "restarting"),
          FakeApi.cut(),
          FakeApi.refusal(500, "etcd"),
          FakeApi.list(Job.class, complete(job)));
      assertThat(watch.follow(job).await(LONG).orElseThrow().phase()).isEqualTo(Phase.SUCCEEDED);
    }
  }

  @Test
  void start_refused_namesWhatIsMissing() {
    api.on("GET " + FakeApi.PODS, FakeApi.refusal(403, "pods is forbidden"));
    assertThatThrownBy(() -> start(NEVER))
        .isInstanceOf(BackendException.class)
        .hasMessageContaining("may not list pods in namespace 'team'");
  }

  @Test
  void start_withoutTheRightToSeeEvents_followsAllTheSame()
      throws IOException, InterruptedException {
    api.on("GET " + FakeApi.EVENTS, FakeApi.refusal(403, "events is forbidden"));
    try (NamespaceWatch watch = start(Duration.ofMillis(20))) {
      api.jobs(complete(job));
      assertThat(watch.follow(started(job)).await(LONG).orElseThrow().phase())
          .isEqualTo(Phase.SUCCEEDED);
    }
  }
}
