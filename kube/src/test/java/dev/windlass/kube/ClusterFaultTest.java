package dev.windlass.kube;

import static dev.windlass.kube.TestCluster.job;
import static org.assertj.core.api.Assertions.assertThat;

import dev.windlass.core.backend.JobHandle;
import dev.windlass.core.backend.JobStatus;
import dev.windlass.core.backend.LogLine;
import dev.windlass.core.backend.LogOptions;
import dev.windlass.core.backend.LogStream;
import dev.windlass.core.backend.Phase;
import dev.windlass.core.backend.Reason;
import dev.windlass.core.job.GpuJob;
import dev.windlass.core.job.Toleration;
import dev.windlass.kube.render.Names;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.scheduling.v1.PriorityClassBuilder;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/**
 * What happens to a cluster: its API server is restarted, its connections break, its nodes are
 * lost, its pods make room. These tests break things, so they run only on a cluster that is made
 * for it.
 */
@Tag("cluster")
@EnabledIfEnvironmentVariable(
    named = "WINDLASS_TESTBED",
    matches = ".+",
    disabledReason =
        "breaks its cluster: set WINDLASS_TESTBED to the folder of a testbed, and"
            + " WINDLASS_TEST_KUBECONFIG to its kubeconfig")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(300)
class ClusterFaultTest {
  private static final Duration LONG = Duration.ofSeconds(200);

  private TestCluster cluster;
  private KubernetesBackend backend;
  private final ExecutorService readers = Executors.newCachedThreadPool();

  @BeforeAll
  void connect() {
    cluster = new TestCluster();
    backend = cluster.backend();
  }

  @AfterAll
  void disconnect() {
    backend.close();
    cluster.close();
    readers.shutdownNow();
  }

  @Test
  void apiServerRestartedWhile50JobsAreFollowed_allEndRightWithCompleteLogs() throws Exception {
    int jobs = 50;
    int lines = 15;
    Map<JobHandle, CompletableFuture<List<String>>> logs = new LinkedHashMap<>();
    for (int i = 0; i < jobs; i++) {
      String script =
          "i=0; while [ $i -lt "
              + lines
              + " ]; do echo line $i; i=$((i+1)); sleep 1; done; exit "
              + i % 3;
      JobHandle handle = backend.submit(job("follow-" + i, script).build());
      logs.put(
          handle,
          CompletableFuture.supplyAsync(() -> lines(handle, LogOptions.following()), readers));
    }
    Awaitility.await().atMost(LONG).until(() -> count(logs, s -> s.phase() == Phase.RUNNING) >= 10);
    assertThat(count(logs, s -> s.phase().isFinal())).isLessThan(jobs);
    restartApiServer();

    int index = 0;
    for (Map.Entry<JobHandle, CompletableFuture<List<String>>> job : logs.entrySet()) {
      JobStatus end = job.getKey().await(LONG);
      int code = index++ % 3;
      assertThat(end.phase())
          .as(end.toString())
          .isEqualTo(code == 0 ? Phase.SUCCEEDED : Phase.FAILED);
      assertThat(end.attempts()).extracting(a -> a.exitCode().orElse(-1)).containsExactly(code);
      assertThat(job.getValue().get(60, TimeUnit.SECONDS))
          .as("log of " + end.name())
          .isEqualTo(IntStream.range(0, lines).mapToObj(i -> "line " + i).toList());
    }
  }

  private static long count(Map<JobHandle, ?> jobs, Predicate<JobStatus> what) {
    return jobs.keySet().stream().filter(h -> what.test(h.status())).count();
  }

  private static void restartApiServer() throws IOException, InterruptedException {
    Path testbed = Path.of(System.getenv("WINDLASS_TESTBED"));
    String pid =
        Files.readString(testbed.resolve("run/pids/kube-apiserver")).replaceAll("\\s.*", "");
    ProcessHandle server = ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
    server.destroyForcibly();
    // It listens until it is gone, which takes a moment on a busy machine.
    server.onExit().join();
    // Without flags it starts what is missing of the control plane, and leaves the rest alone.
    Process process =
        new ProcessBuilder(testbed.resolve("up.sh").toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.to(new File("target/restart.log")))
            .start();
    assertThat(process.waitFor()).as("see kube/target/restart.log").isZero();
  }

  @Test
  void connectionsCutAtRandom_everyJobIsMadeOnceAndItsLogIsComplete() throws Exception {
    long seed = Long.getLong("seed", System.nanoTime());
    System.err.println("Seed of the cuts: " + seed);
    int jobs = 12;
    java.net.URL api = cluster.admin().getMasterUrl();
    try (CuttingProxy proxy = new CuttingProxy(api.getHost(), api.getPort(), seed);
        KubernetesBackend shaky = cluster.backendAt("https://127.0.0.1:" + proxy.port())) {
      proxy.cutting(true);
      Map<JobHandle, CompletableFuture<List<String>>> logs = new LinkedHashMap<>();
      for (int i = 0; i < jobs; i++) {
        GpuJob job = job("cut-" + i, "for i in 1 2 3 4 5; do echo $i; sleep 1; done").build();
        JobHandle handle = persistently(() -> shaky.submit(job));
        logs.put(
            handle,
            CompletableFuture.supplyAsync(() -> lines(handle, LogOptions.following()), readers));
      }
      for (Map.Entry<JobHandle, CompletableFuture<List<String>>> job : logs.entrySet()) {
        assertThat(job.getKey().await(LONG).phase()).isEqualTo(Phase.SUCCEEDED);
      }
      proxy.cutting(false);
      for (CompletableFuture<List<String>> log : logs.values()) {
        assertThat(log.get(60, TimeUnit.SECONDS)).containsExactly("1", "2", "3", "4", "5");
      }
      assertThat(proxy.cuts()).isGreaterThan(20);
    }
    List<Pod> pods =
        cluster.admin().pods().inNamespace(cluster.namespace()).list().getItems().stream()
            .filter(p -> p.getMetadata().getName().startsWith("cut-"))
            .toList();
    assertThat(pods).hasSize(jobs);
  }

  /** What a user does when a submit fails: the same again. */
  private static JobHandle persistently(java.util.function.Supplier<JobHandle> submit) {
    JobHandle[] handle = new JobHandle[1];
    Awaitility.await()
        .atMost(LONG)
        .ignoreExceptionsInstanceOf(dev.windlass.core.backend.BackendException.class)
        .until(
            () -> {
              handle[0] = submit.get();
              return true;
            });
    return handle[0];
  }

  @Test
  void nodeLost_isSaid_andTheJobGoesOnElsewhere() {
    // On a simulated node, of which there are many: a pod of a lost one is found by the cluster's
    // garbage collector, after a minute.
    JobHandle handle =
        backend.submit(
            job("orphan", "true")
                .gpus(1)
                .nodeSelector("type", "kwok")
                .toleration(Toleration.exists("kwok.x-k8s.io/node"))
                .annotation("testbed/run-for", "10m")
                .build());
    String node = nodeOf(until(handle, s -> s.phase() == Phase.RUNNING));
    Node lost = cluster.admin().nodes().withName(node).get();
    cluster.admin().nodes().withName(node).delete();
    JobStatus after;
    try {
      after = until(handle, s -> s.attempts().size() == 2 && s.phase() == Phase.RUNNING);
    } finally {
      lost.getMetadata().setResourceVersion(null);
      lost.getMetadata().setUid(null);
      cluster.admin().resource(lost).create();
      // The cluster's controllers write to the new node as well; a patch does not fight with them.
      cluster.admin().resource(lost).patchStatus();
    }
    assertThat(after.attempts().get(0).reason()).isEqualTo(Reason.NODE_LOST);
    assertThat(after.attempts().get(0).node()).contains(node);
    assertThat(nodeOf(after)).isNotEqualTo(node);
  }

  @Test
  void preemption_isSaid_andDoesNotCountAsAFailure() {
    String high = "windlass-high-" + cluster.namespace();
    cluster
        .admin()
        .resource(
            new PriorityClassBuilder()
                .withNewMetadata()
                .withName(high)
                .endMetadata()
                .withValue(1000)
                .build())
        .create();
    try {
      JobHandle first =
          backend.submit(job("low", "echo $$; sleep 15").gpus(gpusOfTheNode()).build());
      until(first, s -> s.phase() == Phase.RUNNING);
      JobHandle second =
          backend.submit(job("high", "sleep 1").gpus(gpusOfTheNode()).priorityClass(high).build());
      assertThat(second.await(LONG).phase()).isEqualTo(Phase.SUCCEEDED);
      JobStatus end = first.await(LONG);
      assertThat(end.phase()).as(end.toString()).isEqualTo(Phase.SUCCEEDED);
      assertThat(end.attempts()).hasSize(2);
      assertThat(end.attempts().get(0).reason()).isEqualTo(Reason.PREEMPTED);
      assertThat(lines(first, LogOptions.all())).hasSize(2);
    } finally {
      cluster.admin().scheduling().v1().priorityClasses().withName(high).delete();
    }
  }

  /** All GPUs of the one real node: whoever has them leaves none. */
  private int gpusOfTheNode() {
    return cluster
        .admin()
        .nodes()
        .withName("node-0")
        .get()
        .getStatus()
        .getAllocatable()
        .get("nvidia.com/gpu")
        .getNumericalAmount()
        .intValue();
  }

  @Test
  void podEvictedByADrain_isSaid() {
    JobHandle handle = backend.submit(job("drained", "sleep 300").build());
    JobStatus running = until(handle, s -> s.phase() == Phase.RUNNING);
    Pod pod =
        cluster
            .admin()
            .pods()
            .inNamespace(cluster.namespace())
            .withLabel(Names.JOB_LABEL, "drained")
            .list()
            .getItems()
            .get(0);
    assertThat(cluster.admin().pods().resource(pod).evict()).isTrue();
    JobStatus evicted =
        until(handle, s -> s.attempts().stream().anyMatch(a -> a.reason() == Reason.EVICTED));
    assertThat(evicted.attempts().get(0).node()).isEqualTo(running.attempts().get(0).node());
    handle.cancel();
    assertThat(handle.await(LONG).phase()).isEqualTo(Phase.CANCELLED);
  }

  private static String nodeOf(JobStatus status) {
    return status.lastAttempt().orElseThrow().node().orElseThrow();
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

  private static JobStatus until(JobHandle handle, Predicate<JobStatus> condition) {
    return Awaitility.await("state of " + handle.name())
        .atMost(LONG)
        .until(handle::status, condition);
  }
}
