package dev.windlass.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.windlass.core.job.GpuJob;
import dev.windlass.core.job.HostPath;
import dev.windlass.core.job.ImagePullPolicy;
import dev.windlass.core.jobfile.JobFile;
import dev.windlass.examples.digits.DigitsTraining;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/** The command as a process of its own, on a real cluster. */
@Tag("cluster")
@EnabledIfEnvironmentVariable(
    named = "WINDLASS_TEST_KUBECONFIG",
    matches = ".+",
    disabledReason = "needs a cluster: set WINDLASS_TEST_KUBECONFIG to a kubeconfig")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(180)
class CommandClusterTest {
  private static final String JAVA_IMAGE =
      Optional.ofNullable(System.getenv("WINDLASS_TEST_JAVA_IMAGE")).orElse("testbed.local/java:1");
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;
  private final String namespace = "windlass-" + UUID.randomUUID().toString().substring(0, 8);
  private KubernetesClient admin;

  @BeforeAll
  void connect() {
    File kubeconfig = new File(System.getenv("WINDLASS_TEST_KUBECONFIG"));
    admin = new KubernetesClientBuilder().withConfig(Config.fromKubeconfig(kubeconfig)).build();
    admin
        .resource(
            new NamespaceBuilder().withNewMetadata().withName(namespace).endMetadata().build())
        .create();
  }

  @AfterAll
  void disconnect() {
    admin.namespaces().withName(namespace).delete();
    admin.close();
  }

  /**
   * What a run of the command left.
   *
   * @param code its exit code
   * @param out its standard output
   * @param err its standard error
   */
  private record Ran(int code, String out, String err) {}

  private Process start(Path out, Path err, String... args) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
    command.addAll(Arrays.asList(args));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("KUBECONFIG", System.getenv("WINDLASS_TEST_KUBECONFIG"));
    builder.environment().put("WINDLASS_BACKEND", "kubernetes");
    return builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
  }

  private Ran run(String... args) throws Exception {
    Path out = Files.createTempFile(folder, "out", "");
    Path err = Files.createTempFile(folder, "err", "");
    Process process = start(out, err, args);
    assertThat(process.waitFor(150, TimeUnit.SECONDS)).isTrue();
    return new Ran(process.exitValue(), Files.readString(out), Files.readString(err));
  }

  private Path file(String name, GpuJob job) throws IOException {
    return Files.writeString(folder.resolve(name), JobFile.toYaml(job));
  }

  private GpuJob.Builder job(String name, String script) {
    return GpuJob.builder(name)
        .image(JAVA_IMAGE)
        .imagePullPolicy(ImagePullPolicy.IF_NOT_PRESENT)
        .runAsUser(65532)
        .terminationGrace(Duration.ofSeconds(1))
        .command("sh", "-c", script);
  }

  @Test
  void run_digitsTraining_endsWithItsLogProgressAndResult() throws Exception {
    GpuJob digits =
        DigitsTraining.job(JAVA_IMAGE, DigitsTraining.clusterData()).toBuilder()
            .imagePullPolicy(ImagePullPolicy.IF_NOT_PRESENT)
            .build();
    Ran ran = run("run", file("digits.yaml", digits).toString(), "-n", namespace);
    assertThat(ran.code()).as(ran.err()).isZero();
    assertThat(ran.out()).containsPattern("Test accuracy: 9\\d\\.\\d %").contains("/data/digits");
    assertThat(ran.err()).contains("60/60").contains("Succeeded");
    // The device plugin was asked for the GPU, or the pod would not have started.
    assertThat(
            admin
                .pods()
                .inNamespace(namespace)
                .withLabel("windlass.dev/job", digits.name())
                .list()
                .getItems()
                .get(0)
                .getSpec()
                .getContainers()
                .get(0)
                .getResources()
                .getLimits())
        .containsKey("nvidia.com/gpu");
    assertThat(run("delete", digits.name(), "-n", namespace).code()).isZero();
    assertThat(run("status", digits.name(), "-n", namespace).code()).isEqualTo(6);
  }

  @Test
  void articlesPod_isRenderedAndRun_andItsTroubleIsNamed() throws Exception {
    String article = "../examples/jobs/article-pod.yaml";
    Ran rendered = run("render", article);
    assertThat(rendered.code()).isZero();
    assertThat(rendered.out())
        .contains("kind: Job")
        .contains("nvidia.com/gpu: \"1\"")
        .contains("server: nfs-server.default.svc.cluster.local");

    Ran submitted = run("run", article, "--detach", "-n", namespace);
    assertThat(submitted.code()).as(submitted.err()).isZero();
    // Neither its NFS server nor its image is there: it says which is missed first.
    JsonNode status =
        Awaitility.await()
            .atMost(Duration.ofSeconds(60))
            .until(
                () ->
                    JSON.readTree(
                        run("status", "tensorflow-training", "-n", namespace, "-o", "json").out()),
                s -> List.of("MOUNT", "IMAGE_PULL").contains(s.path("reason").asText()));
    assertThat(status.path("phase").asText()).isEqualTo("STARTING");
    assertThat(status.path("message").asText()).containsAnyOf("nfs", "tensorflow-training:latest");
    assertThat(run("list", "-n", namespace).out()).containsPattern("MOUNT|IMAGE_PULL");
    assertThat(run("cancel", "tensorflow-training", "-n", namespace, "--wait").code()).isZero();
    Ran list = run("list", "-n", namespace, "-o", "json");
    assertThat(list.out()).contains("CANCELLED");
  }

  @Test
  void run_killedWithTheJobUnderWay_theNextRunFollowsTheSameJob() throws Exception {
    Path file = file("orphan.yaml", job("orphan", "echo once; sleep 8; echo end").build());
    Path out = folder.resolve("killed.out");
    Process first =
        start(out, folder.resolve("killed.err"), "run", file.toString(), "-n", namespace);
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> Files.readString(out).contains("once"));
    first.destroyForcibly().waitFor();

    Ran again = run("run", file.toString(), "-n", namespace);
    assertThat(again.code()).as(again.err()).isZero();
    assertThat(again.out().lines()).containsExactly("once", "end");
    assertThat(
            admin
                .pods()
                .inNamespace(namespace)
                .withLabel("windlass.dev/job", "orphan")
                .list()
                .getItems())
        .hasSize(1);
  }

  @Test
  void run_jobThatFails_exitCodesAndErrorsAreAsDocumented() throws Exception {
    Path file = file("fails.yaml", job("fails", "echo so sad; sleep 1; exit 3").build());
    Ran failed = run("run", file.toString(), "-n", namespace, "-o", "json");
    assertThat(failed.code()).isEqualTo(1);
    assertThat(JSON.readTree(failed.out()).path("reason").asText()).isEqualTo("EXIT_CODE");
    assertThat(failed.err()).contains("so sad");
    Ran other =
        run("run", file("other.yaml", job("fails", "true").build()).toString(), "-n", namespace);
    assertThat(other.code()).isEqualTo(3);
    assertThat(other.err()).contains("another description").contains("--replace");
    Ran context = run("list", "--context", "nowhere");
    assertThat(context.code()).isEqualTo(3);
    assertThat(context.err()).contains("no context 'nowhere'");
    assertThat(run("logs", "nobody", "-n", namespace).code()).isEqualTo(6);
  }

  /** A job that lists jobs: the pod logs in with its service account, and nothing else. */
  @Test
  @EnabledIfEnvironmentVariable(
      named = "WINDLASS_TESTBED",
      matches = ".+",
      disabledReason = "needs nodes that see this machine's files: set WINDLASS_TESTBED")
  void list_insideAPod_usesItsServiceAccount() throws Exception {
    admin
        .resource(
            new ServiceAccountBuilder().withNewMetadata().withName("lister").endMetadata().build())
        .inNamespace(namespace)
        .create();
    Role role =
        Serialization.unmarshal(
            Files.readString(Path.of("../docs/submitter-role.yaml")), Role.class);
    admin.resource(role).inNamespace(namespace).create();
    admin
        .resource(
            new RoleBindingBuilder()
                .withNewMetadata()
                .withName("lister")
                .endMetadata()
                .withNewRoleRef("rbac.authorization.k8s.io", "Role", role.getMetadata().getName())
                .addNewSubject("", "ServiceAccount", "lister", namespace)
                .build())
        .inNamespace(namespace)
        .create();
    String classPath =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
            .map("/host"::concat)
            .collect(Collectors.joining(":"));
    GpuJob lister =
        job("lister", "")
            .command(
                "java", "-cp", classPath, Main.class.getName(), "list", "--backend", "kubernetes")
            .serviceAccount("lister")
            .runAsRoot()
            .mountReadOnly(HostPath.of("/"), "/host")
            .build();
    Ran ran = run("run", file("lister.yaml", lister).toString(), "-n", namespace);
    assertThat(ran.code()).as(ran.out() + ran.err()).isZero();
    assertThat(ran.out()).contains("lister").contains("Running");
  }
}
