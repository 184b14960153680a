package dev.windlass.kube.render;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.windlass.core.job.ComputeCapability;
import dev.windlass.core.job.ConfigMap;
import dev.windlass.core.job.Cpu;
import dev.windlass.core.job.EmptyDir;
import dev.windlass.core.job.EnvValue;
import dev.windlass.core.job.GpuJob;
import dev.windlass.core.job.GpuRequest;
import dev.windlass.core.job.HostPath;
import dev.windlass.core.job.ImagePullPolicy;
import dev.windlass.core.job.InlineFiles;
import dev.windlass.core.job.InvalidJobException;
import dev.windlass.core.job.Memory;
import dev.windlass.core.job.MountSource;
import dev.windlass.core.job.Nfs;
import dev.windlass.core.job.PersistentVolumeClaim;
import dev.windlass.core.job.Secret;
import dev.windlass.core.job.Sharing;
import dev.windlass.core.job.Toleration;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.NodeSelectorRequirement;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class JobRendererTest {
  private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");

  @Test
  void articleJob_isTheGoldenFile() {
    assertGolden(
        "article.yaml",
        GpuJob.builder("tensorflow-training")
            .image("tensorflow-training:latest")
            .command("python", "/app/train.py")
            .gpus(1)
            .memoryGrowth(true)
            .mount(Nfs.of("nfs-server.default.svc.cluster.local", "/exports"), "/data")
            .build());
  }

  @Test
  void jobWithEverything_isTheGoldenFile() {
    assertGolden("everything.yaml", everything());
  }

  @Test
  void everything_hasEveryKindOfMount() {
    assertThat(everything().mounts())
        .extracting(m -> (Object) m.source().getClass())
        .contains((Object[]) MountSource.class.getPermittedSubclasses());
  }

  private static GpuJob everything() {
    return GpuJob.builder("everything")
        .namespace("team")
        .image("registry.example/train:1")
        .imagePullPolicy(ImagePullPolicy.IF_NOT_PRESENT)
        .imagePullSecret("pull")
        .command("python", "-u", "/app/train.py")
        .args("--echo", "$(HOME) $$ $x")
        .workingDir("/app")
        .env("PLAIN", "1")
        .env("TOKEN", EnvValue.fromSecret("hub", "token"))
        .env("MODE", EnvValue.fromConfigMap("settings", "mode"))
        .gpu(
            GpuRequest.of(2)
                .product("NVIDIA-H100-80GB-HBM3")
                .memoryAtLeast(Memory.gb(80))
                .computeCapabilityAtLeast(ComputeCapability.of(8, 6))
                .memoryLimit(Memory.gib(8)))
        .cpu(Cpu.millis(1500))
        .memory(Memory.gib(16))
        .ephemeralStorage(Memory.gib(20))
        .sharedMemory(Memory.gib(4))
        .mount(Nfs.of("nfs.example", "/exports"), "/data")
        .mountReadOnly(PersistentVolumeClaim.of("claim"), "/claim")
        .mount(HostPath.of("/var/cache"), "/host")
        .mount(EmptyDir.disk().sizeLimit(Memory.gib(1)), "/scratch")
        .mount(EmptyDir.memory(Memory.mib(64)), "/fast")
        .mount(ConfigMap.of("settings"), "/settings")
        .mount(Secret.of("hub"), "/hub")
        .mount(
            InlineFiles.none().with("a.txt", "one\ntwo\n").with("b.bin", new byte[] {0, -1, 7}),
            "/in")
        .memoryGrowth(false)
        .retries(3)
        .deadline(Duration.ofHours(2))
        .startDeadline(Duration.ofMinutes(5))
        .ttlAfterFinished(Duration.ofDays(1))
        .terminationGrace(Duration.ofSeconds(45))
        .runAsUser(1000)
        .serviceAccount("trainer")
        .priorityClass("high")
        .nodeSelector("zone", "a")
        .toleration(Toleration.equal("dedicated", "ml").effect(Toleration.Effect.NO_SCHEDULE))
        .label("team", "vision")
        .annotation("example.com/note", "x")
        .build();
  }

  @Test
  void jobAsRootWithoutGpu_isTheGoldenFile() {
    assertGolden(
        "root.yaml",
        GpuJob.builder("plain").image("busybox").command("sh", "-c", "true").runAsRoot().build());
  }

  /**
   * A changed golden file is written anew with WINDLASS_GOLDEN=write, and then read by a person.
   */
  private static void assertGolden(String name, GpuJob job) {
    String yaml = JobRenderer.toYaml(JobRenderer.render(job, NOW));
    try {
      if ("write".equals(System.getenv("WINDLASS_GOLDEN"))) {
        Path file = Path.of("src/test/resources/dev/windlass/kube/render", name);
        Files.writeString(file, yaml);
      }
      try (InputStream in = JobRendererTest.class.getResourceAsStream(name)) {
        assertThat(in).as("golden file " + name).isNotNull();
        assertThat(yaml).isEqualTo(new String(in.readAllBytes(), StandardCharsets.UTF_8));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void toYaml_anyWords_areReadBackAsTheyWere() {
    GpuJob job =
        GpuJob.builder("words")
            .image("b")
            .command(
                "yes", "1e3", "a: b # c", "0x1f", "null", "~", "- x", "a\nb\n", "", "1_000", "{}")
            .args(" lead", "trail ", "*x", "&y", "!z", "on", "12:30:45", "\t", "%d", "@a", "`b`")
            .build();
    String yaml = JobRenderer.toYaml(JobRenderer.render(job, NOW));
    Container read =
        Serialization.unmarshal(yaml, Job.class)
            .getSpec()
            .getTemplate()
            .getSpec()
            .getContainers()
            .get(0);
    assertThat(read.getCommand()).isEqualTo(job.command());
    assertThat(read.getArgs()).isEqualTo(job.args());
  }

  @Test
  void computeCapability_withMinor_isALaterMajorOrThisOneWithThatMinor() {
    assertThat(terms(GpuRequest.of(1).computeCapabilityAtLeast(ComputeCapability.of(8, 6))))
        .containsExactly(
            "nvidia.com/gpu.compute.major Gt 8",
            "nvidia.com/gpu.compute.major In 8, nvidia.com/gpu.compute.minor Gt 5");
    assertThat(terms(GpuRequest.of(1).computeCapabilityAtLeast(ComputeCapability.of(9, 0))))
        .containsExactly("nvidia.com/gpu.compute.major Gt 8");
  }

  @Test
  void memory_asSoldOnTheBox_isMetByWhatTheNodeIsLabelledWith() {
    List<String> terms = terms(GpuRequest.of(1).memoryAtLeast(Memory.gb(80)));
    assertThat(terms).containsExactly("nvidia.com/gpu.memory Gt 76293");
    // What GPU feature discovery writes for an H100 80GB.
    assertThat(81559).isGreaterThan(76293);
  }

  private static List<String> terms(GpuRequest gpu) {
    GpuJob job = GpuJob.builder("a").image("b").gpu(gpu).build();
    return pod(job)
        .getAffinity()
        .getNodeAffinity()
        .getRequiredDuringSchedulingIgnoredDuringExecution()
        .getNodeSelectorTerms()
        .stream()
        .map(
            t ->
                t.getMatchExpressions().stream()
                    .map(JobRendererTest::text)
                    .collect(Collectors.joining(", ")))
        .toList();
  }

  private static String text(NodeSelectorRequirement r) {
    return r.getKey() + " " + r.getOperator() + " " + String.join(" ", r.getValues());
  }

  private static PodSpec pod(GpuJob job) {
    return ((Job) JobRenderer.render(job, NOW).get(0)).getSpec().getTemplate().getSpec();
  }

  @Test
  void sharedMemory_ofAGpuJob_isHalfOfItsMemoryOr8Gi() {
    GpuJob.Builder job = GpuJob.builder("a").image("b").gpus(1);
    assertThat(shm(job.build())).isEqualTo("8Gi");
    assertThat(shm(job.memory(Memory.gib(6)).build())).isEqualTo("3Gi");
    assertThat(shm(job.sharedMemory(Memory.gib(1)).build())).isEqualTo("1Gi");
  }

  private static String shm(GpuJob job) {
    return pod(job).getVolumes().get(0).getEmptyDir().getSizeLimit().toString();
  }

  @Test
  void ownToleration_ofGpuNodes_isNotRepeated() {
    GpuJob job =
        GpuJob.builder("a")
            .image("b")
            .gpus(1)
            .toleration(Toleration.exists("nvidia.com/gpu"))
            .build();
    assertThat(pod(job).getTolerations()).hasSize(1);
  }

  @Test
  void visibleDevices_thatAJobWithoutGpuSets_areItsOwn() {
    GpuJob job = GpuJob.builder("a").image("b").env("NVIDIA_VISIBLE_DEVICES", "all").build();
    assertThat(pod(job).getContainers().get(0).getEnv())
        .filteredOn(e -> e.getName().equals("NVIDIA_VISIBLE_DEVICES"))
        .singleElement()
        .matches(e -> e.getValue().equals("all"));
  }

  @Test
  void render_jobThatCannotRunOnKubernetes_namesAllReasons() {
    GpuJob job =
        GpuJob.builder("a")
            .command("x")
            .gpu(GpuRequest.of(1).sharing(Sharing.timeSliced()))
            .build();
    assertThatThrownBy(() -> JobRenderer.render(job, NOW))
        .isInstanceOf(InvalidJobException.class)
        .hasMessageContaining("image")
        .hasMessageContaining("gpu.sharing")
        .hasMessageContaining("not there yet");
  }

  /** Kubernetes' own rule, from its documentation of dependent environment variables. */
  private static String expand(String text) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char next = i + 1 < text.length() ? text.charAt(i + 1) : 0;
      if (text.charAt(i) == '$' && next == '$') {
        out.append('$');
        i++;
      } else if (text.charAt(i) == '$' && next == '(' && text.indexOf(')', i) > 0) {
        out.append("EXPANDED");
        i = text.indexOf(')', i);
      } else {
        out.append(text.charAt(i));
      }
    }
    return out.toString();
  }

  @Property
  void literal_anyWord_isWhatTheProgramSees(
      @ForAll @net.jqwik.api.constraints.CharRange(from = '$', to = ')') String word) {
    assertThat(expand(PodRenderer.literal(word))).isEqualTo(word);
  }
}
