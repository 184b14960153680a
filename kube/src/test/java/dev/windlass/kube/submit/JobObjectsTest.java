package dev.windlass.kube.submit;

import static dev.windlass.kube.FakeApi.CONFIG_MAPS;
import static dev.windlass.kube.FakeApi.JOBS;
import static dev.windlass.kube.FakeApi.cut;
import static dev.windlass.kube.FakeApi.json;
import static dev.windlass.kube.FakeApi.refusal;
import static dev.windlass.kube.TestJobs.created;
import static dev.windlass.kube.TestJobs.gpuJob;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.windlass.core.backend.BackendException;
import dev.windlass.core.backend.JobConflictException;
import dev.windlass.core.job.GpuJob;
import dev.windlass.core.job.InlineFiles;
import dev.windlass.kube.FakeApi;
import dev.windlass.kube.render.JobRenderer;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class JobObjectsTest {
  private static final String TRAIN = JOBS + "/train";
  private static final String FILES = CONFIG_MAPS + "/train-files-0";

  private final FakeApi api = new FakeApi();
  private final KubernetesClient client = api.client();
  private final GpuJob plain = gpuJob("train");
  private final Job there = created(plain, "uid-1");

  @AfterEach
  void stop() {
    client.close();
    api.close();
  }

  private JobObjects objects(Duration patience) {
    return new JobObjects(client, "team", "train", new Patience(patience, Duration.ofMillis(10)));
  }

  private Job submit(GpuJob job, Duration patience) {
    return objects(patience).submit(JobRenderer.render(job, Instant.now()));
  }

  private Job submit(GpuJob job) {
    return submit(job, Duration.ofSeconds(20));
  }

  @Test
  void submit_answerLost_theJobThatWasMadeIsFound() {
    api.on("GET " + TRAIN, refusal(404, "none"), json(200, there));
    api.on("POST " + JOBS, cut(), refusal(409, "exists"));
    assertThat(submit(plain).getMetadata().getUid()).isEqualTo("uid-1");
  }

  @Test
  void submit_anotherProgramWasFaster_conflictIfItsJobIsAnother() {
    GpuJob other = plain.toBuilder().args("other").build();
    api.on("GET " + TRAIN, refusal(404, "none"), json(200, created(other, "uid-2")));
    api.on("POST " + JOBS, refusal(409, "exists"));
    assertThatThrownBy(() -> submit(plain))
        .isInstanceOf(JobConflictException.class)
        .hasMessageContaining("another description");
  }

  @Test
  void submit_serverThatIsOverloaded_isAskedAgain() {
    api.on("POST " + JOBS, refusal(429, "too many"), refusal(503, "starting"), json(201, there));
    assertThat(submit(plain).getMetadata().getUid()).isEqualTo("uid-1");
  }

  /** As it is for a moment after its start: it has not read the roles yet. */
  @Test
  void submit_serverThatDoesNotKnowOurRights_isAskedAgain() {
    String denied = "jobs is forbidden: User 'me' cannot create resource 'jobs'";
    api.on("POST " + JOBS, refusal(403, denied), json(201, there));
    assertThat(submit(plain).getMetadata().getUid()).isEqualTo("uid-1");
  }

  @Test
  void submit_conflictThatNeverEnds_givesUp() {
    api.on("POST " + JOBS, refusal(409, "the quota has been modified"));
    assertThatThrownBy(() -> submit(plain, Duration.ofSeconds(1)))
        .isInstanceOf(BackendException.class)
        .hasMessageContaining("submitting job 'train'")
        .hasMessageContaining("the quota has been modified");
    assertThat(api.count("POST " + JOBS)).isGreaterThan(1);
  }

  @Test
  void submit_refusal_isNotRepeated() {
    api.on("POST " + JOBS, refusal(422, "spec.x: Invalid value"));
    assertThatThrownBy(() -> submit(plain)).hasMessageContaining("spec.x: Invalid value");
    assertThat(api.count("POST " + JOBS)).isEqualTo(1);
  }

  private GpuJob withFiles() {
    return plain.toBuilder().mount(InlineFiles.none().with("a", "b"), "/in").build();
  }

  private ConfigMap filesOf(Job owner) {
    List<HasMetadata> rendered = JobRenderer.render(withFiles(), Instant.now());
    return new ConfigMapBuilder((ConfigMap) rendered.get(1))
        .editMetadata()
        .withNamespace("team")
        .withResourceVersion("7")
        .addNewOwnerReference()
        .withApiVersion("batch/v1")
        .withKind("Job")
        .withName("train")
        .withUid(owner.getMetadata().getUid())
        .withController(true)
        .withBlockOwnerDeletion(true)
        .endOwnerReference()
        .endMetadata()
        .build();
  }

  @Test
  void submit_configMapOfAnEarlierJob_isReplaced() {
    Job job = created(withFiles(), "uid-2");
    api.on("GET " + TRAIN, json(200, job));
    api.on("POST " + CONFIG_MAPS, refusal(409, "exists"), json(201, filesOf(job)));
    api.on("GET " + FILES, json(200, filesOf(there)));
    api.on("DELETE " + FILES, json(200, filesOf(there)));
    submit(withFiles());
    assertThat(api.count("DELETE " + FILES)).isEqualTo(1);
    assertThat(api.count("POST " + CONFIG_MAPS)).isEqualTo(2);
    assertThat(api.bodies())
        .as("only the one that was seen is deleted")
        .anyMatch(b -> b.contains("DeleteOptions") && b.contains("\"resourceVersion\":\"7\""));
  }

  @Test
  void submit_configMapThatThisJobHas_isLeftThere() {
    Job job = created(withFiles(), "uid-2");
    api.on("GET " + TRAIN, json(200, job));
    api.on("POST " + CONFIG_MAPS, refusal(409, "exists"));
    api.on("GET " + FILES, json(200, filesOf(job)));
    submit(withFiles());
    assertThat(api.count("DELETE " + FILES)).isZero();
  }

  @Test
  void submit_configMapOfSomeoneElse_isLeftAlone() {
    ConfigMap foreign =
        new ConfigMapBuilder(filesOf(there)).editMetadata().withLabels(null).endMetadata().build();
    api.on("GET " + TRAIN, json(200, created(withFiles(), "uid-2")));
    api.on("POST " + CONFIG_MAPS, refusal(409, "exists"));
    api.on("GET " + FILES, json(200, foreign));
    assertThatThrownBy(() -> submit(withFiles()))
        .isInstanceOf(JobConflictException.class)
        .hasMessageContaining("train-files-0");
    assertThat(api.count("DELETE " + FILES)).isZero();
  }

  @Test
  void submit_configMapThatWillNotGo_givesUp() {
    api.on("GET " + TRAIN, json(200, created(withFiles(), "uid-2")));
    api.on("POST " + CONFIG_MAPS, refusal(409, "exists"));
    api.on("GET " + FILES, json(200, filesOf(there)));
    api.on("DELETE " + FILES, json(200, filesOf(there)));
    assertThatThrownBy(() -> submit(withFiles(), Duration.ofMillis(100)))
        .isInstanceOf(BackendException.class)
        .hasMessageContaining("inline files");
  }

  @Test
  void cancel_namesTheJobThatIsMeant() {
    api.on("GET " + TRAIN, json(200, there));
    api.on("PATCH " + TRAIN, json(200, there));
    objects(Duration.ZERO).cancel("uid-1");
    assertThat(api.bodies()).singleElement().asString().contains("\"uid\":\"uid-1\"");
  }

  @Test
  void cancel_anotherJobHasTheName_doesNothing() {
    api.on("PATCH " + TRAIN, refusal(422, "metadata.uid: field is immutable"));
    api.on("GET " + TRAIN, json(200, there));
    objects(Duration.ZERO).cancel("uid-0");
    assertThatThrownBy(() -> objects(Duration.ZERO).cancel("uid-1"))
        .hasMessageContaining("field is immutable");
  }

  @Test
  void delete_anotherJobHasTheName_leavesItAlone() {
    api.on("GET " + TRAIN, json(200, there));
    objects(Duration.ZERO).delete("uid-0");
    assertThat(api.bodies()).isEmpty();
  }

  @Test
  void submit_interrupted_stopsAndSaysSo() {
    api.on("POST " + JOBS, refusal(503, "starting"));
    Thread.currentThread().interrupt();
    try {
      assertThatThrownBy(() -> submit(plain))
          .isInstanceOf(BackendException.class)
          .hasMessageContaining("interrupted");
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
  }
}
