package dev.windlass.kube;

import static dev.windlass.kube.TestJobs.complete;
import static dev.windlass.kube.TestJobs.created;
import static dev.windlass.kube.TestJobs.gpuJob;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.windlass.core.backend.BackendException;
import dev.windlass.core.backend.JobHandle;
import dev.windlass.core.backend.JobStatus;
import dev.windlass.core.backend.LogOptions;
import dev.windlass.core.backend.LogStream;
import dev.windlass.core.backend.Phase;
import dev.windlass.kube.render.Names;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class KubernetesBackendTest {
  private final FakeApi api = new FakeApi();
  private final KubernetesClient client = api.client();
  private final KubernetesBackend backend = KubernetesBackend.builder().client(client).connect();

  @AfterEach
  void stop() {
    backend.close();
    client.close();
    api.close();
  }

  private JobHandle attach() {
    api.jobs(created("train", "uid-1"));
    api.on("GET " + FakeApi.JOBS + "/train", FakeApi.json(200, created("train", "uid-1")));
    return backend.attach("train");
  }

  @Test
  void close_whileAnotherThreadWaitsForTheCluster_doesNotWait() {
    api.on("GET " + FakeApi.JOBS, api.silence());
    CompletableFuture<JobHandle> submitted =
        CompletableFuture.supplyAsync(() -> backend.submit(gpuJob("train")));
    await().until(() -> api.count("GET " + FakeApi.JOBS) == 1);
    backend.close();
    assertThat(submitted).isNotDone();
    api.close();
    assertThat(submitted)
        .failsWithin(Duration.ofSeconds(20))
        .withThrowableThat()
        .withCauseInstanceOf(BackendException.class);
  }

  @Test
  void close_jobThatHasNotEnded_whoWaitsIsTold() {
    JobHandle handle = attach();
    LogStream log = handle.logs(LogOptions.following());
    CompletableFuture<JobStatus> end = handle.completion().toCompletableFuture();
    backend.close();
    assertThatThrownBy(() -> handle.await(Duration.ofSeconds(20)))
        .isInstanceOf(BackendException.class)
        .hasMessageContaining("was closed");
    assertThat(end)
        .failsWithin(Duration.ofSeconds(20))
        .withThrowableThat()
        .havingCause()
        .isInstanceOf(BackendException.class);
    assertThatThrownBy(() -> log.iterator().hasNext()).hasMessageContaining("closed");
    assertThatThrownBy(() -> handle.logs(LogOptions.all())).hasMessageContaining("closed");
    assertThatThrownBy(() -> backend.submit(gpuJob("other"))).hasMessageContaining("closed");
  }

  @Test
  void close_givenClient_staysOpen() {
    backend.close();
    assertThat(client.pods().list().getItems()).isEmpty();
  }

  @Test
  void twoBackends_onOneClient_oneClosedLeavesTheOther() throws Exception {
    JobHandle handle = attach();
    try (KubernetesBackend other = KubernetesBackend.builder().client(client).connect()) {
      assertThat(other.attach("train").status().phase()).isEqualTo(Phase.PENDING);
    }
    api.tell(FakeApi.JOBS, "MODIFIED", complete(created("train", "uid-1")));
    assertThat(handle.await(Duration.ofSeconds(20)).phase()).isEqualTo(Phase.SUCCEEDED);
  }

  @Test
  void list_podThatOnlyLooksLikeOurs_isPassedOver() {
    api.jobs(complete(created("train", "uid-1")));
    api.pods(
        new PodBuilder()
            .withNewMetadata()
            .withName("stranger")
            .withUid("uid-9")
            .addToLabels(Names.ALL)
            .endMetadata()
            .build());
    assertThat(backend.list())
        .singleElement()
        .satisfies(
            s -> {
              assertThat(s.phase()).isEqualTo(Phase.SUCCEEDED);
              assertThat(s.attempts()).isEmpty();
            });
  }
}
