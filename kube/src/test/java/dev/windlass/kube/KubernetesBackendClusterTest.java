package dev.windlass.kube;

import static dev.windlass.kube.TestCluster.job;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.windlass.core.backend.AwaitTimeoutException;
import dev.windlass.core.backend.BackendException;
import dev.windlass.core.backend.Inventory;
import dev.windlass.core.backend.JobConflictException;
import dev.windlass.core.backend.JobEvent;
import dev.windlass.core.backend.JobHandle;
import dev.windlass.core.backend.JobNotFoundException;
import dev.windlass.core.backend.JobStatus;
import dev.windlass.core.backend.LogLine;
import dev.windlass.core.backend.LogOptions;
import dev.windlass.core.backend.LogStream;
import dev.windlass.core.backend.Phase;
import dev.windlass.core.backend.Reason;
import dev.windlass.core.job.EnvValue;
import dev.windlass.core.job.GpuJob;
import dev.windlass.core.job.GpuRequest;
import dev.windlass.core.job.InlineFiles;
import dev.windlass.core.job.Memory;
import dev.windlass.core.job.PersistentVolumeClaim;
import dev.windlass.core.job.Secret;
import dev.windlass.core.job.Toleration;
import dev.windlass.kube.render.Names;
import dev.windlass.kube.submit.JobObjects;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceQuotaBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** The backend on a real cluster; see {@link TestCluster} for the rights that it has there. */
@Tag("cluster")
@EnabledIfEnvironmentVariable(
    named = TestCluster.KUBECONFIG,
    matches = ".+",
    disabledReason = "needs a cluster: set WINDLASS_TEST_KUBECONFIG to a kubeconfig")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class KubernetesBackendClusterTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  private TestCluster cluster;
  private KubernetesBackend backend;

  @BeforeAll
  void connect() {
    cluster = new TestCluster();
    backend = another();
  }

  private KubernetesBackend another() {
    return cluster.backend();
  }

  @AfterAll
  void disconnect() {
    backend.close();
    cluster.close();
  }

  @Test
  void submit_programThatSucceeds_logAndProgressAndEndInOrder() {
    String script =
        "echo hello; for i in 1 2 3; do"
            + " echo '::windlass-progress:: {\"step\":'$i',\"total\":3,\"metrics\":{\"loss\":0.'$i'}}';"
            + " sleep 0.2; done; echo to-stderr >&2; sleep 1";
    JobHandle handle = backend.submit(job("succeeds", script).build());
    List<JobEvent> events = new CopyOnWriteArrayList<>();
    handle.events(events::add);
    List<String> lines = lines(handle, LogOptions.following());
    JobStatus end = handle.await(LONG);

    assertThat(end.phase()).as(end.toString()).isEqualTo(Phase.SUCCEEDED);
    assertThat(end.attempts()).hasSize(1);
    assertThat(end.attempts().get(0).exitCode()).hasValue(0);
    assertThat(end.attempts().get(0).node()).isPresent();
    assertThat(lines).containsExactlyInAnyOrder("hello", "to-stderr");
    Awaitility.await().atMost(LONG).until(() -> !events.isEmpty() && isEnd(last(events)));
    assertThat(progress(events)).containsExactly(1L, 2L, 3L);
    // A pod may have its node before anything is seen of the job, so PENDING may be missing.
    assertThat(phases(events))
        .containsSubsequence(Phase.RUNNING, Phase.SUCCEEDED)
        .isSortedAccordingTo(Comparator.naturalOrder());

    // A program that comes later, and never followed the job, is told the same.
    try (KubernetesBackend later = another()) {
      JobHandle again = later.attach("succeeds");
      assertThat(again.await(LONG)).isEqualTo(end);
      List<JobEvent> replayed = new CopyOnWriteArrayList<>();
      again.events(replayed::add);
      Awaitility.await().atMost(LONG).until(() -> !replayed.isEmpty() && isEnd(last(replayed)));
      assertThat(progress(replayed)).containsExactly(1L, 2L, 3L);
      assertThat(lines(again, LogOptions.all())).containsExactlyElementsOf(lines);
      assertThat(later.list()).contains(end);
    }
  }

  private static boolean isEnd(JobEvent event) {
    return event instanceof JobEvent.StatusChanged s && s.status().phase().isFinal();
  }

  private static <T> T last(List<T> list) {
    return list.get(list.size() - 1);
  }

  private static List<Long> progress(List<JobEvent> events) {
    return events.stream()
        .filter(JobEvent.Progress.class::isInstance)
        .map(e -> ((JobEvent.Progress) e).step())
        .toList();
  }

  private static List<Phase> phases(List<JobEvent> events) {
    return events.stream()
        .filter(JobEvent.StatusChanged.class::isInstance)
        .map(e -> ((JobEvent.StatusChanged) e).status().phase())
        .toList();
  }

  private static List<String> lines(JobHandle handle, LogOptions options) {
    List<String> lines = new ArrayList<>();
    try (LogStream log = handle.logs(options)) {
      for (LogLine line : log) {
        lines.add(line.text());
      }
    }
    return lines;
  }

  @Test
  void submit_again_sameJobAndNothingStartedTwice() {
    GpuJob job = job("once", "sleep 1").build();
    backend.submit(job);
    try (KubernetesBackend other = another()) {
      assertThat(other.submit(job).await(LONG).phase()).isEqualTo(Phase.SUCCEEDED);
      assertThat(other.submit(job).status().phase()).isEqualTo(Phase.SUCCEEDED);
    }
    assertThat(pods("once")).hasSize(1);
  }

  @Test
  void submit_nameOfAnotherJob_conflictUntilReplaced() {
    GpuJob first = job("taken", "sleep 300").build();
    GpuJob second = job("taken", "echo second; sleep 1").build();
    JobHandle old = backend.submit(first);
    assertThatThrownBy(() -> backend.submit(second))
        .isInstanceOf(JobConflictException.class)
        .hasMessageContaining("another description")
        .hasMessageContaining("replace()");
    JobHandle replaced = backend.replace(second);
    assertThat(replaced.await(LONG).phase()).isEqualTo(Phase.SUCCEEDED);
    assertThat(lines(replaced, LogOptions.all())).containsExactly("second");
    assertThat(old.await(LONG).phase()).isEqualTo(Phase.CANCELLED);
  }

  @Test
  void submit_nameOfForeignJob_isLeftAlone() {
    cluster
        .admin()
        .resource(
            new JobBuilder()
                .withNewMetadata()
                .withName("foreign")
                .endMetadata()
                .withNewSpec()
                .withSuspend(true)
                .withNewTemplate()
                .withNewSpec()
                .withRestartPolicy("Never")
                .addNewContainer()
                .withName("x")
                .withImage("x")
                .endContainer()
                .endSpec()
                .endTemplate()
                .endSpec()
                .build())
        .inNamespace(cluster.namespace())
        .create();
    GpuJob job = job("foreign", "true").build();
    assertThatThrownBy(() -> backend.submit(job)).hasMessageContaining("Windlass did not make");
    assertThatThrownBy(() -> backend.replace(job)).hasMessageContaining("Windlass did not make");
    assertThatThrownBy(() -> backend.attach("foreign")).isInstanceOf(JobNotFoundException.class);
  }

  @Test
  void attach_unknownName_saysSo() {
    assertThatThrownBy(() -> backend.attach("nobody"))
        .isInstanceOf(JobNotFoundException.class)
        .hasMessageContaining(cluster.namespace());
  }

  @Test
  void environment_ofTheJob_isSeenByTheProgram() {
    GpuJob job =
        job("environment", "env | sort; df -m /dev/shm | tail -1; cat /in/a.txt; sleep 1")
            .gpus(1)
            .memory(Memory.mib(64))
            .memoryGrowth(true)
            .deadline(Duration.ofMinutes(5))
            .env("DOLLARS", "$(HOME) $$(X) $HOME")
            .mount(InlineFiles.none().with("a.txt", "inline\n"), "/in")
            .build();
    JobHandle handle = backend.submit(job);
    List<String> lines = lines(handle, LogOptions.following());
    assertThat(handle.await(LONG).phase()).isEqualTo(Phase.SUCCEEDED);
    assertThat(lines)
        .contains(
            "WINDLASS_JOB=environment",
            "WINDLASS_FAILED_ATTEMPTS=0",
            "WINDLASS_REPLICA=0",
            "WINDLASS_WORLD_SIZE=1",
            "WINDLASS_MEMORY_GROWTH=true",
            "WINDLASS_TERMINATION_GRACE_SECONDS=2",
            "TF_FORCE_GPU_ALLOW_GROWTH=true",
            "DOLLARS=$(HOME) $$(X) $HOME",
            "inline")
        .anyMatch(l -> l.startsWith("WINDLASS_DEADLINE=20"))
        // What the device plugin gives the container that got a GPU.
        .anyMatch(l -> l.startsWith("NVIDIA_VISIBLE_DEVICES=GPU-"))
        // Half of the memory.
        .anyMatch(l -> l.matches(".* 32 .*/dev/shm"));
  }

  @Test
  void environment_ofAJobWithoutGpu_seesNone() {
    JobHandle handle = backend.submit(job("no-gpu", "env; sleep 1").build());
    assertThat(lines(handle, LogOptions.following())).contains("NVIDIA_VISIBLE_DEVICES=none");
  }

  @Test
  void retries_areUsedUp_thenFailedWithEveryExitCode() {
    GpuJob job =
        job("retried", "echo attempt $WINDLASS_FAILED_ATTEMPTS; sleep 1; exit 3")
            .retries(1)
            .build();
    JobHandle handle = backend.submit(job);
    List<String> lines = lines(handle, LogOptions.following());
    JobStatus end = handle.await(LONG);
    assertThat(end.phase()).isEqualTo(Phase.FAILED);
    assertThat(end.reason()).isEqualTo(Reason.EXIT_CODE);
    assertThat(end.message()).contains("3");
    assertThat(end.attempts()).extracting(a -> a.exitCode().orElse(-1)).containsExactly(3, 3);
    assertThat(end.attempts()).extracting(a -> a.number()).containsExactly(1, 2);
    assertThat(lines).containsExactly("attempt 0", "attempt 1");
  }

  @Test
  void faultThatTheProgramWritesDown_isTheReason() {
    String line =
        "echo '::windlass-fault:: {\"reason\":\"GPU_FAULT\",\"message\":\"Xid 79: the GPU has"
            + " fallen off the bus\",\"remedy\":\"Drain the node\"}' >> $WINDLASS_FAULT_FILE; ";
    JobHandle failing = backend.submit(job("gpu-fault", line + "exit 3").build());
    JobHandle succeeding = backend.submit(job("fault-and-fine", line).build());
    JobHandle words =
        backend.submit(job("last-words", "echo oops > /dev/termination-log; exit 4").build());
    JobStatus end = failing.await(LONG);
    assertThat(end.phase()).isEqualTo(Phase.FAILED);
    assertThat(end.reason()).as(end.toString()).isEqualTo(Reason.GPU_FAULT);
    assertThat(end.message()).isEqualTo("Xid 79: the GPU has fallen off the bus (exit code 3)");
    assertThat(end.remedy()).isEqualTo("Drain the node");
    assertThat(end.attempts().get(0).reason()).isEqualTo(Reason.GPU_FAULT);
    assertThat(end.attempts().get(0).exitCode()).hasValue(3);
    assertThat(succeeding.await(LONG).reason()).isEqualTo(Reason.NONE);
    assertThat(words.await(LONG).reason()).isEqualTo(Reason.EXIT_CODE);
    assertThat(words.status().message()).isEqualTo("Exit code 4: oops");
  }

  /** What a first process wrote counts, and stays readable however much others write before it. */
  @Test
  void faultAfterOtherOutput_inTheLast4096Bytes_isTheReasonOfEachAttempt() {
    JobHandle handle =
        backend.submit(
            job(
                    "gpu-memory",
                    "yes noise | head -c 20000 >> $WINDLASS_FAULT_FILE; echo >> $WINDLASS_FAULT_FILE;"
                        + " for m in first second; do echo '::windlass-fault::"
                        + " {\"reason\":\"GPU_OUT_OF_MEMORY\",\"message\":\"the '$m'\"}' >>"
                        + " $WINDLASS_FAULT_FILE; done; exit 1")
                .retries(1)
                .build());
    JobStatus end = handle.await(LONG);
    assertThat(end.reason()).as(end.toString()).isEqualTo(Reason.GPU_OUT_OF_MEMORY);
    assertThat(end.message()).isEqualTo("the first (exit code 1)");
    assertThat(end.remedy()).isEqualTo(Reason.GPU_OUT_OF_MEMORY.remedy());
    assertThat(end.attempts())
        .extracting(a -> a.reason())
        .containsExactly(Reason.GPU_OUT_OF_MEMORY, Reason.GPU_OUT_OF_MEMORY);
  }

  @Test
  void imageThatCannotBePulled_statusNamesItAtOnce_andTheStartDeadlineEndsIt() {
    JobHandle handle =
        backend.submit(
            job("no-image", "true")
                .image("registry.invalid/team/missing:9")
                .startDeadline(Duration.ofSeconds(8))
                .build());
    JobStatus stuck = until(handle, s -> s.reason() == Reason.IMAGE_PULL);
    assertThat(stuck.phase()).isEqualTo(Phase.STARTING);
    assertThat(stuck.message()).contains("registry.invalid/team/missing:9");
    JobStatus end = handle.await(LONG);
    assertThat(end.phase()).isEqualTo(Phase.FAILED);
    assertThat(end.reason()).isEqualTo(Reason.IMAGE_PULL);
    assertThat(end.message()).contains("registry.invalid/team/missing:9");
    Awaitility.await().atMost(LONG).until(() -> pods("no-image").isEmpty());
  }

  @Test
  void commandThatIsNotThere_saysSo() {
    JobHandle handle = backend.submit(job("no-command", "x").command("/no/such/program").build());
    JobStatus end = handle.await(LONG);
    assertThat(end.reason()).as(end.toString()).isEqualTo(Reason.COMMAND_NOT_FOUND);
    assertThat(end.message()).contains("/no/such/program");
  }

  @Test
  void secretThatIsNotThere_isAConfigurationError() {
    JobHandle handle =
        backend.submit(
            job("no-secret", "true").env("TOKEN", EnvValue.fromSecret("nobody", "key")).build());
    JobStatus stuck = until(handle, s -> s.reason() == Reason.CONFIG_ERROR);
    assertThat(stuck.message()).contains("nobody");
    handle.cancel();
  }

  @Test
  void programThatTakesTooMuchMemory_outOfMemory() {
    JobHandle handle =
        backend.submit(job("greedy", "tail /dev/zero").memory(Memory.mib(24)).build());
    JobStatus end = handle.await(LONG);
    assertThat(end.reason()).as(end.toString()).isEqualTo(Reason.OUT_OF_MEMORY);
    assertThat(end.message()).contains("24Mi").contains("137");
  }

  @Test
  void deadlineThatPasses_endsTheJob() {
    JobHandle handle =
        backend.submit(job("late", "sleep 300").deadline(Duration.ofSeconds(4)).build());
    JobStatus end = handle.await(LONG);
    assertThat(end.phase()).isEqualTo(Phase.FAILED);
    assertThat(end.reason()).isEqualTo(Reason.DEADLINE);
    assertThat(end.message()).contains("4 s");
  }

  @Test
  void cancel_runningJob_keepsItsRecordAndLog() {
    JobHandle handle = backend.submit(job("cancelled", "echo started; sleep 300").build());
    until(handle, s -> s.phase() == Phase.RUNNING);
    Awaitility.await().until(() -> lines(handle, LogOptions.all()).contains("started"));
    try (LogStream followed = handle.logs(LogOptions.following())) {
      assertThat(followed.iterator().next().text()).isEqualTo("started");
      handle.cancel();
      assertThat(handle.await(LONG).phase()).isEqualTo(Phase.CANCELLED);
    }
    try (KubernetesBackend later = another()) {
      assertThat(later.attach("cancelled").await(LONG).reason()).isEqualTo(Reason.CANCELLED);
    }
    assertThat(pods("cancelled")).isEmpty();
    handle.cancel();
  }

  @Test
  void cancel_afterAnotherProgramReplacedTheJob_leavesItsJobAlone() {
    JobObjects first = new JobObjects(cluster.admin(), cluster.namespace(), "replaced-meanwhile");
    backend.submit(job("replaced-meanwhile", "sleep 300").build());
    String old = first.find().orElseThrow().getMetadata().getUid();
    JobHandle now = backend.replace(job("replaced-meanwhile", "sleep 299").build());
    first.cancel(old);
    first.giveUp(old, Reason.IMAGE_PULL, "no");
    first.delete(old);
    Job there = first.find().orElseThrow();
    assertThat(there.getSpec().getSuspend()).isFalse();
    assertThat(there.getMetadata().getDeletionTimestamp()).isNull();
    now.cancel();
    assertThat(now.await(LONG).phase()).isEqualTo(Phase.CANCELLED);
  }

  @Test
  void delete_runningJob_takesAllThatItOwns() {
    JobHandle handle =
        backend.submit(
            job("deleted", "sleep 300").mount(InlineFiles.none().with("a", "b"), "/in").build());
    until(handle, s -> s.phase() == Phase.RUNNING);
    assertThat(configMaps("deleted")).isEqualTo(1);
    handle.delete();
    assertThat(pods("deleted")).isEmpty();
    Awaitility.await().atMost(LONG).until(() -> configMaps("deleted") == 0);
    assertThat(handle.await(LONG).phase()).isEqualTo(Phase.CANCELLED);
    assertThatThrownBy(() -> backend.attach("deleted")).isInstanceOf(JobNotFoundException.class);
    handle.delete();

    // The name is free, and the old config map is not mistaken for the new one.
    JobHandle again =
        backend.submit(
            job("deleted", "cat /in/a; sleep 1")
                .mount(InlineFiles.none().with("a", "new"), "/in")
                .build());
    assertThat(lines(again, LogOptions.following())).containsExactly("new");
  }

  private long configMaps(String job) {
    return cluster
        .admin()
        .configMaps()
        .inNamespace(cluster.namespace())
        .withLabel(Names.JOB_LABEL, job)
        .list()
        .getItems()
        .size();
  }

  @Test
  void podDeletedBySomeone_isSaid() {
    JobHandle handle = backend.submit(job("robbed", "sleep 300").build());
    until(handle, s -> s.phase() == Phase.RUNNING);
    cluster.admin().resource(pods("robbed").get(0)).delete();
    JobStatus end = handle.await(LONG);
    assertThat(end.phase()).isEqualTo(Phase.FAILED);
    assertThat(end.reason()).isEqualTo(Reason.POD_DELETED);
  }

  @Test
  void jobDeletedBySomeone_isSaid() {
    JobHandle handle = backend.submit(job("vanished", "sleep 300").build());
    until(handle, s -> s.phase() == Phase.RUNNING);
    cluster
        .admin()
        .batch()
        .v1()
        .jobs()
        .inNamespace(cluster.namespace())
        .withName("vanished")
        .delete();
    JobStatus end = handle.await(LONG);
    assertThat(end.phase()).isEqualTo(Phase.FAILED);
    assertThat(end.reason()).isEqualTo(Reason.DELETED);
  }

  @Test
  void moreGpusThanAnyNodeHasFree_isPendingWithTheReason() {
    JobHandle handle = backend.submit(job("hungry", "true").gpus(16).build());
    JobStatus stuck = until(handle, s -> s.reason() == Reason.INSUFFICIENT_GPU);
    assertThat(stuck.phase()).isEqualTo(Phase.PENDING);
    assertThat(stuck.message()).contains("nvidia.com/gpu");
    assertThatThrownBy(() -> handle.await(Duration.ofMillis(100)))
        .isInstanceOf(AwaitTimeoutException.class)
        .hasMessageContaining("PENDING");
    handle.cancel();
    assertThat(handle.await(LONG).phase()).isEqualTo(Phase.CANCELLED);
  }

  @Test
  void productThatNoNodeHas_isUnschedulable() {
    JobHandle handle =
        backend.submit(job("picky", "true").gpu(GpuRequest.of(1).product("NVIDIA-X1")).build());
    JobStatus stuck = until(handle, s -> s.reason() == Reason.UNSCHEDULABLE);
    assertThat(stuck.message()).contains("affinity");
    handle.cancel();
  }

  @Test
  void rootInARestrictedNamespace_isRefusedWithTheRule() {
    JobHandle handle = backend.submit(job("root", "true").runAsRoot().build());
    JobStatus stuck = until(handle, s -> s.reason() == Reason.ADMISSION_REFUSED);
    assertThat(stuck.message()).contains("violates PodSecurity");
    try (KubernetesBackend later = another()) {
      // The warning was there before anyone of this program watched.
      assertThat(later.attach("root").status().reason()).isEqualTo(Reason.ADMISSION_REFUSED);
    }
    handle.cancel();
  }

  @Test
  void quota_thatIsUsedUp_isSaid() {
    try (TestCluster small = new TestCluster();
        KubernetesBackend there = small.backend()) {
      small
          .admin()
          .resource(
              new ResourceQuotaBuilder()
                  .withNewMetadata()
                  .withName("few")
                  .endMetadata()
                  .withNewSpec()
                  .withHard(
                      Map.of(
                          "requests.nvidia.com/gpu", new Quantity("1"),
                          "count/jobs.batch", new Quantity("1")))
                  .endSpec()
                  .build())
          .inNamespace(small.namespace())
          .create();
      Awaitility.await()
          .until(
              () ->
                  small
                          .admin()
                          .resourceQuotas()
                          .inNamespace(small.namespace())
                          .withName("few")
                          .get()
                          .getStatus()
                          .getHard()
                      != null);
      JobHandle handle = there.submit(job("over-quota", "true").gpus(2).build());
      JobStatus stuck = until(handle, s -> s.reason() == Reason.QUOTA_EXCEEDED);
      assertThat(stuck.message()).contains("few");
      assertThatThrownBy(() -> there.submit(job("second", "true").build()))
          .isInstanceOf(BackendException.class)
          .hasMessageContaining("quota of namespace")
          .hasMessageContaining("few");
    }
  }

  @Test
  void admissionPolicy_thatRefusesTheJob_isQuoted() {
    String policy =
        """
        apiVersion: admissionregistration.k8s.io/v1
        kind: ValidatingAdmissionPolicy
        metadata: {name: NAMESPACE}
        spec:
          matchConstraints:
            resourceRules:
              - {apiGroups: [batch], apiVersions: [v1], operations: [CREATE], resources: [jobs]}
          validations:
            - expression: "!('forbidden' in object.metadata.labels)"
              message: label forbidden is forbidden
        """
            .replace("NAMESPACE", cluster.namespace());
    String binding =
        """
        apiVersion: admissionregistration.k8s.io/v1
        kind: ValidatingAdmissionPolicyBinding
        metadata: {name: NAMESPACE}
        spec:
          policyName: NAMESPACE
          validationActions: [Deny]
          matchResources:
            namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: NAMESPACE}}
        """
            .replace("NAMESPACE", cluster.namespace());
    cluster.admin().resource(policy).create();
    cluster.admin().resource(binding).create();
    try {
      // The API server takes a moment to learn of a policy.
      Awaitility.await()
          .atMost(LONG)
          .untilAsserted(
              () -> {
                GpuJob job =
                    job("forbidden-" + System.nanoTime(), "true").label("forbidden", "x").build();
                assertThatThrownBy(() -> backend.submit(job))
                    .isInstanceOf(BackendException.class)
                    .hasMessageContaining("rules refuse it")
                    .hasMessageContaining("label forbidden is forbidden");
              });
    } finally {
      cluster.admin().resource(binding).delete();
      cluster.admin().resource(policy).delete();
    }
  }

  @Test
  void inlineFiles_thatTheClusterRefuses_leaveNoJobBehind() {
    try (TestCluster full = new TestCluster();
        KubernetesBackend there = full.backend()) {
      full.admin()
          .resource(
              new ResourceQuotaBuilder()
                  .withNewMetadata()
                  .withName("none")
                  .endMetadata()
                  .withNewSpec()
                  .withHard(Map.of("count/configmaps", new Quantity("0")))
                  .endSpec()
                  .build())
          .inNamespace(full.namespace())
          .create();
      GpuJob job =
          job("with-files", "true").mount(InlineFiles.none().with("a", "b"), "/in").build();
      // The quota counts once its controller has seen it.
      Awaitility.await()
          .atMost(LONG)
          .untilAsserted(
              () -> {
                GpuJob next = job.toBuilder().name("f-" + System.nanoTime()).build();
                assertThatThrownBy(() -> there.submit(next))
                    .isInstanceOf(BackendException.class)
                    .hasMessageContaining("quota of namespace");
              });
      assertThatThrownBy(() -> there.submit(job)).hasMessageContaining("inline files");
      assertThatThrownBy(() -> there.attach("with-files")).isInstanceOf(JobNotFoundException.class);
    }
  }

  @Test
  void namespaceThatIsNotThere_isNamed() {
    KubernetesClient admin = cluster.admin();
    try (KubernetesBackend there =
        KubernetesBackend.builder().client(admin).namespace("windlass-nowhere").connect()) {
      assertThatThrownBy(() -> there.submit(job("lost", "true").build()))
          .isInstanceOf(BackendException.class)
          .hasMessageContaining("windlass-nowhere")
          .hasMessageContaining("Create namespace");
    }
  }

  @Test
  void rightsThatAreMissing_areNamedWithVerbAndResource() {
    try (KubernetesBackend there = cluster.backend(cluster.token("submitter"), "default")) {
      assertThatThrownBy(() -> there.submit(job("stranger", "true").build()))
          .isInstanceOf(BackendException.class)
          .hasMessageContaining("may not list jobs.batch in namespace 'default'")
          .hasMessageContaining("Role");
    }
  }

  @Test
  void login_thatHasExpired_isSaid() {
    try (KubernetesBackend there = cluster.backend("not-a-token", cluster.namespace())) {
      assertThatThrownBy(() -> there.submit(job("expired", "true").build()))
          .isInstanceOf(BackendException.class)
          .hasMessageContaining("does not accept the login")
          .hasMessageContaining("expired");
    }
  }

  @Test
  void mountThatIsNotThere_ofAJobWithTheLongestName_isSaid() {
    String longest = "m".repeat(57);
    JobHandle handle =
        backend.submit(job(longest, "true").mount(Secret.of("nothing"), "/s").build());
    JobStatus stuck = until(handle, s -> s.reason() == Reason.MOUNT);
    assertThat(stuck.message()).contains("nothing");
    try (KubernetesBackend later = another()) {
      assertThat(later.attach(longest).status().reason()).isEqualTo(Reason.MOUNT);
    }
    handle.cancel();
    assertThat(handle.await(LONG).phase()).isEqualTo(Phase.CANCELLED);
  }

  @Test
  void claimThatIsNotThere_isUnschedulableAndNamed() {
    JobHandle handle =
        backend.submit(
            job("no-claim", "true").mount(PersistentVolumeClaim.of("nothing"), "/data").build());
    JobStatus stuck = until(handle, s -> s.reason() == Reason.UNSCHEDULABLE);
    assertThat(stuck.message()).contains("nothing");
    handle.cancel();
  }

  @Test
  void gpus_withTheRightToListNodes_countsThem() {
    try (KubernetesBackend all =
        KubernetesBackend.builder().client(cluster.admin()).namespace("default").connect()) {
      Inventory gpus = all.gpus();
      assertThat(gpus.notes()).isEmpty();
      assertThat(gpus.allocatable()).isPositive();
      assertThat(gpus.nodes()).allMatch(n -> n.free().isPresent() && n.capacity() > 0);
    }
    Inventory none = backend.gpus();
    assertThat(none.nodes()).isEmpty();
    assertThat(none.notes()).singleElement().asString().contains("may not list nodes");
  }

  @Test
  void tolerations_reachThePod() {
    JobHandle handle =
        backend.submit(
            job("tolerant", "true").gpus(1).toleration(Toleration.exists("a/b")).build());
    until(handle, s -> s.phase() != Phase.PENDING || s.reason() != Reason.NONE);
    assertThat(pods("tolerant").get(0).getSpec().getTolerations())
        .anyMatch(t -> "a/b".equals(t.getKey()))
        .anyMatch(t -> "nvidia.com/gpu".equals(t.getKey()));
    handle.cancel();
  }

  private List<Pod> pods(String job) {
    return cluster
        .admin()
        .pods()
        .inNamespace(cluster.namespace())
        .withLabel(Names.JOB_LABEL, job)
        .list()
        .getItems();
  }

  private static JobStatus until(JobHandle handle, Predicate<JobStatus> condition) {
    return Awaitility.await("state of " + handle.name())
        .atMost(LONG)
        .until(handle::status, condition);
  }
}
