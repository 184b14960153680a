package dev.windlass.core.jobfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
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
import dev.windlass.core.job.Memory;
import dev.windlass.core.job.MountSource;
import dev.windlass.core.job.Nfs;
import dev.windlass.core.job.PersistentVolumeClaim;
import dev.windlass.core.job.Secret;
import dev.windlass.core.job.Sharing;
import dev.windlass.core.job.Toleration;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JobFileTest {
  private static final String HEAD =
      "apiVersion: windlass.dev/v1\nkind: GpuJob\nname: a\nimage: b\n";

  static GpuJob everything() {
    return GpuJob.builder("everything")
        .namespace("team")
        .image("registry.example/train:1")
        .imagePullPolicy(ImagePullPolicy.IF_NOT_PRESENT)
        .imagePullSecret("pull")
        .command("python", "-u", "/app/train.py")
        .args("--epochs", "10", "yes", "a: b # c")
        .workingDir("/app")
        .env("PLAIN", "null")
        .env("EMPTY", "")
        .env("LINES", "a\nb\n")
        .env("TOKEN", EnvValue.fromSecret("hub", "token"))
        .env("MODE", EnvValue.fromConfigMap("settings", "mode"))
        .gpu(
            GpuRequest.of(2)
                .product("NVIDIA-H100-80GB-HBM3")
                .memoryAtLeast(Memory.gib(40))
                .computeCapabilityAtLeast(ComputeCapability.of(9, 0))
                .memoryLimit(Memory.gib(8))
                .sharing(Sharing.mig("1g.10gb")))
        .cpu(Cpu.millis(1500))
        .memory(Memory.gib(16))
        .ephemeralStorage(Memory.gib(20))
        .sharedMemory(Memory.gib(4))
        .mount(Nfs.of("nfs.example", "/exports"), "/data")
        .mountReadOnly(PersistentVolumeClaim.of("claim"), "/claim")
        .mount(HostPath.of("/var/cache"), "/host")
        .mount(EmptyDir.disk().sizeLimit(Memory.gib(1)), "/scratch")
        .mount(EmptyDir.memory(Memory.mib(64)), "/fast")
        .mountReadOnly(ConfigMap.of("settings"), "/settings")
        .mountReadOnly(Secret.of("hub"), "/hub")
        .mount(
            InlineFiles.none().with("a.txt", "1: 2\n").with("b.bin", new byte[] {0, -1, 7}), "/in")
        .memoryGrowth(true)
        .retries(3)
        .deadline(Duration.ofHours(30))
        .startDeadline(Duration.ofMinutes(3))
        .ttlAfterFinished(Duration.ofDays(1))
        .terminationGrace(Duration.ofSeconds(90))
        .runAsUser(65532)
        .serviceAccount("trainer")
        .priorityClass("high")
        .nodeSelector("zone", "1")
        .toleration(Toleration.equal("team", "ml").effect(Toleration.Effect.NO_SCHEDULE))
        .label("app", "1.0")
        .annotation("example.com/note", "true")
        .build();
  }

  @Test
  void everything_hasEveryKindOfMount() {
    assertThat(everything().mounts())
        .extracting(m -> (Object) m.source().getClass())
        .contains((Object[]) MountSource.class.getPermittedSubclasses());
  }

  @Test
  void roundTrip_everything_isEqual() {
    assertThat(JobFile.read(JobFile.toYaml(everything()), "yaml")).isEqualTo(everything());
    assertThat(JobFile.read(JobFile.toJson(everything()), "json")).isEqualTo(everything());
  }

  @Property(tries = 200)
  void roundTrip_anyText_isEqual(
      @ForAll String value,
      @ForAll String word,
      @ForAll @IntRange(min = 0, max = 100_000) int time) {
    GpuJob.Builder builder = GpuJob.builder("a").image("b").env("X", clean(value));
    GpuJob job = builder.args("--", clean(word)).deadline(Duration.ofSeconds(time + 1L)).build();
    assertThat(JobFile.read(JobFile.toYaml(job), "yaml")).isEqualTo(job);
    assertThat(JobFile.read(JobFile.toJson(job), "json")).isEqualTo(job);
  }

  /** Kubernetes allows no NUL; half a surrogate pair is no text; the rest must survive. */
  private static String clean(String text) {
    StringBuilder kept = new StringBuilder();
    text.codePoints()
        .filter(c -> (c >= ' ' && c < 0x7f) || (c >= 0xa0 && c < 0xd800))
        .filter(c -> c != 0x2028 && c != 0x2029)
        .forEach(kept::appendCodePoint);
    return kept.toString();
  }

  @Test
  void schema_acceptsWhatIsWritten_andKnowsTheReadersKeys() throws IOException {
    JsonSchema schema =
        JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(JobFile.schema());
    ObjectMapper json = new ObjectMapper();
    JsonNode written = json.readTree(JobFile.toJson(everything()));
    assertThat(schema.validate(written)).isEmpty();
    assertThat(schema.validate(json.readTree("{\"apiVersion\":\"windlass.dev/v1\",\"imge\":1}")))
        .isNotEmpty();
    Set<String> keys = new TreeSet<>();
    json.readTree(JobFile.schema()).get("properties").fieldNames().forEachRemaining(keys::add);
    Set<String> written1 = new TreeSet<>();
    written.fieldNames().forEachRemaining(written1::add);
    assertThat(keys).isEqualTo(written1);
  }

  @Test
  void read_unknownKey_namesKeyLineAndNearest() {
    assertThatThrownBy(() -> JobFile.read(HEAD + "memroyGrowth: true\n", "job.yaml"))
        .isInstanceOf(JobFileException.class)
        .hasMessageContaining("line 5")
        .hasMessageContaining("'memroyGrowth'")
        .hasMessageContaining("did you mean 'memoryGrowth'?");
    assertThatThrownBy(() -> JobFile.read(HEAD + "gpu:\n  cuont: 2\n", "job.yaml"))
        .hasMessageContaining("line 6")
        .hasMessageContaining("did you mean 'count'?");
  }

  @Test
  void read_severalMistakes_reportsAll() {
    assertThatThrownBy(
            () -> JobFile.read(HEAD + "retries: many\nmemory: 12Q\ncommand: python\n", "job.yaml"))
        .hasMessageContaining("retries must be a whole number")
        .hasMessageContaining("12Q")
        .hasMessageContaining("command must be a list");
  }

  @Test
  void read_invalidJob_saysWhatTheRulesSay() {
    assertThatThrownBy(() -> JobFile.read(HEAD + "mounts:\n- path: rel\n  claim: c\n", "job.yaml"))
        .isInstanceOf(JobFileException.class)
        .hasMessageContaining("line 6")
        .hasMessageContaining("rel");
  }

  @Test
  void read_hostileText_isRefused() {
    StringBuilder bomb = new StringBuilder(HEAD + "a: &a [x,x,x,x,x,x,x,x,x]\n");
    for (char c = 'b'; c < 'k'; c++) {
      bomb.append(c).append(": &").append(c).append(" [");
      bomb.append(("*" + (char) (c - 1) + ",").repeat(9)).append("]\n");
    }
    assertThatThrownBy(() -> JobFile.read(bomb.toString(), "bomb")).hasMessageContaining("alias");
    assertThatThrownBy(() -> JobFile.read("[".repeat(5000), "deep")).hasMessageContaining("deep");
    assertThatThrownBy(() -> JobFile.read("", "empty")).hasMessageContaining("empty");
    assertThatThrownBy(() -> JobFile.read("- a\n- b\n", "list")).hasMessageContaining("a list");
    assertThatThrownBy(() -> JobFile.read(HEAD + "\timage: x", "tab"))
        .isInstanceOf(JobFileException.class)
        .hasMessageContaining("line");
    assertThatThrownBy(() -> JobFile.read(HEAD + "image: c\n", "twice"))
        .isInstanceOf(JobFileException.class)
        .hasMessageContaining("image");
    assertThatThrownBy(() -> JobFile.read(HEAD + "---\n" + HEAD, "two"))
        .hasMessageContaining("second document");
    assertThatThrownBy(() -> JobFile.read(HEAD + "env: {A: !!java.net.URL [x]}", "tag"))
        .isInstanceOf(JobFileException.class);
  }

  @Test
  void readFile_tooBigOrNotUtf8OrMissing_isRefused(@TempDir Path folder) throws IOException {
    Path big = folder.resolve("big.yaml");
    Files.writeString(big, HEAD + "#" + "x".repeat(10 << 20));
    assertThatThrownBy(() -> JobFile.read(big)).hasMessageContaining("larger than");
    Path latin = folder.resolve("latin.yaml");
    Files.write(latin, (HEAD + "# gr\u00fcn").getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> JobFile.read(latin))
        .hasMessageContaining("UTF-8")
        .hasMessageContaining("byte " + (HEAD.length() + 4));
    assertThatThrownBy(() -> JobFile.read(folder.resolve("none")))
        .hasMessageContaining("no such file");
  }

  @Test
  void readJson_aMegabyteOfFiles_isReadBack() {
    byte[] content = new byte[InlineFiles.MAX_BYTES - 10];
    new Random(1).nextBytes(content);
    GpuJob job = GpuJob.builder("a").mount(InlineFiles.of(Map.of("f", content)), "/in").build();
    assertThat(JobFile.read(JobFile.toJson(job), "json")).isEqualTo(job);
  }

  @Test
  void readJson_mistakes_areNamedWithTheirLine() {
    String head = "{\"apiVersion\": \"windlass.dev/v1\", \"kind\": \"GpuJob\",\n";
    assertThatThrownBy(() -> JobFile.read(head + "\"name\": \"a\", \"imge\": \"b\"}", "json"))
        .hasMessageContaining("line 2")
        .hasMessageContaining("did you mean 'image'?");
    assertThatThrownBy(() -> JobFile.read(head + "\"name\": \"a\", \"name\": \"b\"}", "json"))
        .hasMessageContaining("line 2")
        .hasMessageContaining("twice");
    assertThatThrownBy(() -> JobFile.read(head + "\"name\": \"a\"} {}", "json"))
        .isInstanceOf(JobFileException.class);
    assertThatThrownBy(() -> JobFile.read("{\"a\":".repeat(5000), "json"))
        .hasMessageContaining("deep");
    assertThat(JobFile.read("{apiVersion: windlass.dev/v1, kind: GpuJob, name: a}", "flow").name())
        .isEqualTo("a");
  }

  @Test
  void digest_dependsOnEveryByteOfAFile() {
    GpuJob one = GpuJob.builder("a").image("b").mount(files("x"), "/in").build();
    GpuJob two = GpuJob.builder("a").image("b").mount(files("y"), "/in").build();
    assertThat(JobFile.digest(one)).hasSize(64).isNotEqualTo(JobFile.digest(two));
    assertThat(JobFile.digest(one.toBuilder().build())).isEqualTo(JobFile.digest(one));
  }

  private static InlineFiles files(String text) {
    return InlineFiles.of(Map.of("f", text.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void manifest_theArticlesPod_isTheArticlesJob() throws IOException {
    String yaml;
    try (var in = JobFileTest.class.getResourceAsStream("/article-pod.yaml")) {
      yaml = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    Imported read = GpuJob.fromManifest(yaml);
    assertThat(read.notes()).isEmpty();
    assertThat(read.job())
        .isEqualTo(
            GpuJob.builder("tensorflow-training")
                .image("tensorflow-training:latest")
                .command("python", "/app/train.py")
                .gpus(1)
                .mount(Nfs.of("nfs-server.default.svc.cluster.local", "/exports"), "/data")
                .build());
  }

  @Test
  void manifest_whatAJobCannotSay_isNoted() {
    Imported read =
        GpuJob.fromManifest(
            """
            apiVersion: batch/v1
            kind: Job
            metadata: {name: j, uid: x, ownerReferences: []}
            spec:
              backoffLimit: 2
              template:
                spec:
                  restartPolicy: OnFailure
                  hostNetwork: true
                  initContainers: [{name: i, image: x}]
                  containers:
                  - name: a
                    image: b
                    livenessProbe: {httpGet: {port: 1}}
                    resources: {limits: {nvidia.com/gpu: 2, memory: 1Gi, example.com/fpga: 1}}
                  - {name: side, image: c}
            status: {active: 1}
            """);
    assertThat(read.job().retries()).isEqualTo(2);
    assertThat(read.job().gpu().count()).isEqualTo(2);
    assertThat(String.join("\n", read.notes()))
        .contains("restartPolicy")
        .contains("hostNetwork")
        .contains("initContainers")
        .contains("livenessProbe")
        .contains("example.com/fpga")
        .contains("containers[1]")
        .contains("ownerReferences")
        .doesNotContain("status");
    assertThat(read.notes()).hasSize(7);
  }

  @Test
  void manifest_otherKind_isRefused() {
    assertThatThrownBy(() -> GpuJob.fromManifest("apiVersion: v1\nkind: Service\n"))
        .hasMessageContaining("v1 Service")
        .hasMessageContaining("Pod");
  }

  @Test
  void nearest_farWord_isNone() {
    assertThat(Nearest.of("xyzzyplugh", Set.copyOf(new ArrayList<>(Set.of("image"))))).isEmpty();
  }
}
