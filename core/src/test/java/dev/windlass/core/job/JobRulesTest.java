package dev.windlass.core.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class JobRulesTest {
  private static final String LONG = "a".repeat(254);

  /** A mistake, and the field, the value and a part of the remedy that must be in the problem. */
  private static Arguments wrong(
      String field, String value, String fix, UnaryOperator<GpuJob.Builder> change) {
    return arguments(field, value, fix, change);
  }

  private static Arguments mount(String field, String value, String fix, MountSource source) {
    return wrong(field, value, fix, b -> b.mount(source, "/m"));
  }

  private static Arguments path(String value, String fix) {
    return wrong("mounts[0].path", value, fix, b -> b.mount(EmptyDir.disk(), value));
  }

  private static Arguments image(String value) {
    return wrong("image", value, "registry.example.com/team/app:1.2", b -> b.image(value));
  }

  static Stream<Arguments> mistakes() {
    return Stream.of(
        wrong("name", "", "a-z, 0-9", b -> b.name("")),
        wrong("name", "My Job_1", "for example 'my-job-1'", b -> b.name("My Job_1")),
        wrong("name", "a.b", "for example 'a-b'", b -> b.name("a.b")),
        wrong("name", "-a", "for example 'a'", b -> b.name("-a")),
        wrong("name", "a-", "for example 'a'", b -> b.name("a-")),
        wrong("name", "a".repeat(58), "at most 57", b -> b.name("a".repeat(58))),
        wrong("namespace", "Team", "a-z, 0-9", b -> b.namespace("Team")),
        wrong("namespace", "", "a-z, 0-9", b -> b.namespace("")),
        wrong("namespace", "a.b", "a-z, 0-9", b -> b.namespace("a.b")),
        wrong("namespace", "a".repeat(60), "at most 63", b -> b.namespace("a".repeat(64))),
        image(""),
        image(" "),
        image("two words"),
        image("app:"),
        image("app:a:b"),
        image("Team/App:1"),
        image("/app"),
        image("a//b"),
        image("app@sha256:12"),
        image("-app"),
        image("https://registry.example.com/app"),
        wrong(
            "imagePullSecrets[1]",
            "A",
            "at most 253",
            b -> b.imagePullSecret("a").imagePullSecret("A")),
        wrong("command[0]", " ", "name the program", b -> b.command(" ", "x")),
        wrong("command[1]", "a b", "take it out", b -> b.command("x", "a\0b")),
        wrong("args[0]", "a b", "take it out", b -> b.args("a\0b")),
        wrong("workingDir", "app", "write '/app'", b -> b.workingDir("app")),
        wrong("workingDir", "/a/../b", "write the path itself", b -> b.workingDir("/a/../b")),
        wrong("env", "1A", "not beginning with a digit", b -> b.env("1A", "x")),
        wrong("env", "", "letters", b -> b.env("", "x")),
        wrong("env", "A=B", "letters", b -> b.env("A=B", "x")),
        wrong("env", "WINDLASS_JOB", "another name", b -> b.env("WINDLASS_JOB", "x")),
        wrong("env.A", "***", "take it out", b -> b.env("A", "secret\0")),
        wrong("env.A", "S_", "at most 253", b -> b.env("A", EnvValue.fromSecret("S_", "k"))),
        wrong("env.A", "a/b", "letters", b -> b.env("A", EnvValue.fromSecret("s", "a/b"))),
        wrong("env.A", "C_", "at most 253", b -> b.env("A", EnvValue.fromConfigMap("C_", "k"))),
        wrong("env.A", "..", "letters", b -> b.env("A", EnvValue.fromConfigMap("c", ".."))),
        wrong("gpu.count", "-1", "how many", b -> b.gpus(-1)),
        wrong("gpu.count", "17", "at most 16", b -> b.gpus(17)),
        wrong("gpu.count", "0", "1 or more", b -> b.gpu(GpuRequest.of(0).product("A100"))),
        wrong(
            "gpu.product",
            "NVIDIA A100 80GB",
            "write 'NVIDIA-A100-80GB'",
            b -> b.gpu(GpuRequest.of(1).product("NVIDIA A100 80GB"))),
        wrong("gpu.product", "", "NVIDIA-H100-80GB-HBM3", b -> b.gpu(GpuRequest.of(1).product(""))),
        wrong(
            "gpu.memory", "0", "8Gi", b -> b.gpu(GpuRequest.of(1).memoryAtLeast(Memory.bytes(0)))),
        wrong(
            "gpu.memoryLimit",
            "0",
            "8Gi",
            b -> b.gpu(GpuRequest.of(1).memoryLimit(Memory.bytes(0)))),
        wrong(
            "gpu.sharing",
            "small",
            "1g.10gb",
            b -> b.gpu(GpuRequest.of(1).sharing(Sharing.mig("small")))),
        wrong(
            "gpu.sharing",
            "GPU!",
            "at most 253",
            b -> b.gpu(GpuRequest.of(1).sharing(Sharing.dra("GPU!")))),
        wrong("cpu", "0", "500m", b -> b.cpu(Cpu.millis(0))),
        wrong("memory", "0", "8Gi", b -> b.memory(Memory.bytes(0))),
        wrong("ephemeralStorage", "0", "8Gi", b -> b.ephemeralStorage(Memory.bytes(0))),
        wrong("sharedMemory", "0", "8Gi", b -> b.sharedMemory(Memory.bytes(0))),
        wrong(
            "sharedMemory",
            "2Gi",
            "lower sharedMemory",
            b -> b.memory(Memory.gib(1)).sharedMemory(Memory.gib(2))),
        path("", "'/data'"),
        path("data", "write '/data'"),
        path("./data", "write '/data'"),
        path("/", "'/data'"),
        path("/a//b", "the path itself"),
        path("/a/./b", "the path itself"),
        path("/a/..", "the path itself"),
        path("/a:b", "another path"),
        path("/dev/shm", "sharedMemory"),
        wrong(
            "mounts[1].path",
            "/m",
            "a path of its own",
            b -> b.mount(EmptyDir.disk(), "/m").mount(EmptyDir.disk(), "/m/")),
        mount("mounts[0].nfs.server", "", "nfs.example.com", Nfs.of("", "/e")),
        mount("mounts[0].nfs.server", "a/b", "nfs.example.com", Nfs.of("a/b", "/e")),
        mount("mounts[0].nfs.server", "a", "nfs.example.com", Nfs.of("a\n\nb", "/e")),
        mount("mounts[0].nfs.path", "e", "write '/e'", Nfs.of("a", "e")),
        mount("mounts[0].claim", "C", "at most 253", PersistentVolumeClaim.of("C")),
        mount("mounts[0].claim", "aaaa", "at most 253", PersistentVolumeClaim.of(LONG)),
        mount("mounts[0].hostPath", "var", "write '/var'", HostPath.of("var")),
        mount("mounts[0].emptyDir.sizeLimit", "0", "8Gi", EmptyDir.memory(Memory.bytes(0))),
        mount("mounts[0].configMap", "a_b", "at most 253", ConfigMap.of("a_b")),
        mount("mounts[0].secret", "a_b", "at most 253", Secret.of("a_b")),
        mount("mounts[0].files", "a/b", "letters", InlineFiles.none().with("a/b", "x")),
        mount("mounts[0].files", "..", "letters", InlineFiles.none().with("..", "x")),
        mount(
            "mounts[0].files",
            "1048577 bytes",
            "into the image",
            InlineFiles.none().with("f", new byte[InlineFiles.MAX_BYTES])),
        wrong(
            "mounts[1].files",
            "1048578 bytes",
            "into the image",
            b ->
                b.mount(InlineFiles.none().with("f", new byte[InlineFiles.MAX_BYTES / 2]), "/m")
                    .mount(
                        InlineFiles.none().with("g", new byte[InlineFiles.MAX_BYTES / 2]), "/n")),
        wrong("retries", "-1", "0 or more", b -> b.retries(-1)),
        wrong("deadline", "PT0S", "at least 1s", b -> b.deadline(Duration.ZERO)),
        wrong("deadline", "PT", "at most", b -> b.deadline(Duration.ofSeconds(1L << 31))),
        wrong("startDeadline", "PT0S", "at least 1s", b -> b.startDeadline(Duration.ZERO)),
        wrong(
            "ttlAfterFinished",
            "PT-1S",
            "at least 0s",
            b -> b.ttlAfterFinished(Duration.ofSeconds(-1))),
        wrong(
            "terminationGrace",
            "PT-1S",
            "at least 0s",
            b -> b.terminationGrace(Duration.ofSeconds(-1))),
        wrong("runAsUser", "-1", "0 (root)", b -> b.runAsUser(-1)),
        wrong("runAsUser", "2147483648", "0 (root)", b -> b.runAsUser(1L << 31)),
        wrong("serviceAccount", "A", "at most 253", b -> b.serviceAccount("A")),
        wrong("priorityClass", "A", "at most 253", b -> b.priorityClass("A")),
        wrong("nodeSelector", "a b", "at most 63", b -> b.nodeSelector("a b", "x")),
        wrong("nodeSelector.a", "x y", "at most 63", b -> b.nodeSelector("a", "x y")),
        wrong(
            "tolerations[0].key", "a b", "at most 63", b -> b.toleration(Toleration.exists("a b"))),
        wrong(
            "tolerations[0].value",
            "x y",
            "at most 63",
            b -> b.toleration(Toleration.equal("a", "x y"))),
        wrong(
            "tolerations[0]",
            "x",
            "name the taint's key",
            b ->
                b.toleration(new Toleration(Optional.empty(), Optional.of("x"), Optional.empty()))),
        wrong("labels", "a b", "at most 63", b -> b.label("a b", "x")),
        wrong("labels", "", "at most 63", b -> b.label("", "x")),
        wrong("labels", "/a", "at most 63", b -> b.label("/a", "x")),
        wrong("labels", "A.b/", "at most 63", b -> b.label("A.b/", "x")),
        wrong("labels.a", "-x", "at most 63", b -> b.label("a", "-x")),
        wrong("labels", "windlass.dev/job", "of your own", b -> b.label("windlass.dev/job", "x")),
        wrong(
            "labels",
            "app.kubernetes.io/managed-by",
            "of your own",
            b -> b.label("app.kubernetes.io/managed-by", "me")),
        wrong("annotations", "a b", "at most 63", b -> b.annotation("a b", "x")),
        wrong(
            "annotations",
            "windlass.dev/a",
            "of your own",
            b -> b.annotation("windlass.dev/a", "x")));
  }

  private static GpuJob.Builder valid() {
    return GpuJob.builder("a").image("b");
  }

  private static List<Problem> problems(GpuJob.Builder builder) {
    InvalidJobException e = catchThrowableOfType(InvalidJobException.class, builder::build);
    assertThat(e).as("the exception").isNotNull();
    e.problems().forEach(p -> assertThat(e).hasMessageContaining(p.toString()));
    return e.problems();
  }

  @ParameterizedTest(name = "{0} ({1})")
  @MethodSource("mistakes")
  void oneMistake_isOneProblem_withFieldValueAndFix(
      String field, String value, String fix, UnaryOperator<GpuJob.Builder> change) {
    List<Problem> problems = problems(change.apply(valid()));
    assertThat(problems).hasSize(1);
    assertThat(problems.get(0).field()).isEqualTo(field);
    assertThat(problems.get(0).value()).startsWith(Text.shorten(value).replace("...", ""));
    assertThat(problems.get(0).fix()).contains(fix);
    assertThat(problems.get(0).message()).isNotBlank();
  }

  @Test
  void allMistakesAtOnce_areAllReported() {
    GpuJob.Builder builder = valid();
    List<String> fields = new ArrayList<>();
    mistakes()
        .map(Arguments::get)
        .forEach(
            a -> {
              @SuppressWarnings("unchecked")
              var change = (UnaryOperator<GpuJob.Builder>) a[3];
              assertThat(change.apply(builder)).isSameAs(builder);
              fields.add(a[0].toString().replaceAll("\\[\\d+\\]", "[]"));
            });
    assertThat(problems(builder))
        .extracting(p -> p.field().replaceAll("\\[\\d+\\]", "[]"))
        // What was set once more is the last value only.
        .containsAll(fields.stream().filter(f -> !f.matches("command\\[\\]|gpu.*|memory")).toList())
        .contains("command[]", "gpu.sharing");
  }

  @Test
  void problem_longOrOddValue_isShownShortOnOneLine() {
    Problem problem = problems(valid().namespace("x\n\u001b[31m" + "y".repeat(500_000))).get(0);
    assertThat(problem.value()).hasSizeLessThan(70).doesNotContain("\n", "\u001b");
    assertThat(problem.toString()).hasSizeLessThan(300);
  }

  @ParameterizedTest
  @ValueSource(ints = {500, 2_000_000})
  void image_longOnPurpose_isRefusedAtOnce(int length) {
    for (String part : new String[] {"/a", "a", ".a", "a:", "-", "a-"}) {
      assertThat(problems(valid().image("a" + part.repeat(length) + "!"))).hasSize(1);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "busybox",
        "tensorflow-training:latest",
        "nvcr.io/nvidia/pytorch:24.10-py3",
        "localhost/app",
        "localhost:5000/app",
        "Registry.Example.com:443/team/sub__app/x--y:V1.0_a",
        "10.0.0.1:5000/a@sha256:"
            + "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        "library/app:1@sha256:" + "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
      })
  void image_asRegistriesHaveThem_isTaken(String image) {
    assertThatCode(() -> valid().image(image).build()).doesNotThrowAnyException();
  }

  @Test
  void atTheLimits_isValid() {
    GpuJob.Builder builder =
        GpuJob.builder("a".repeat(57))
            .namespace("a".repeat(63))
            .imagePullSecret("a." + "b".repeat(251))
            .command("", "x")
            .command("x", "")
            .workingDir("/")
            .env("a.b-c_D", "")
            .env("A", EnvValue.fromSecret("s", ".dockerconfigjson"))
            .gpu(GpuRequest.of(16).product("A").sharing(Sharing.mig("1g.10gb+me")))
            .memory(Memory.gib(1))
            .sharedMemory(Memory.gib(1))
            .mount(EmptyDir.disk(), "/data")
            .mount(EmptyDir.disk(), "/data/deeper")
            .mount(Nfs.of("fd00::1", "/"), "/..a")
            .mount(InlineFiles.of(Map.of("f", new byte[InlineFiles.MAX_BYTES - 1])), "/dev/shm2")
            .deadline(Duration.ofSeconds(Integer.MAX_VALUE))
            .startDeadline(Duration.ofSeconds(1))
            .ttlAfterFinished(Duration.ZERO)
            .terminationGrace(Duration.ZERO)
            .runAsUser(Integer.MAX_VALUE)
            .nodeSelector("nvidia.com/gpu.product", "")
            .toleration(new Toleration(Optional.empty(), Optional.empty(), Optional.empty()))
            .label("example.com/" + "a".repeat(63), "b".repeat(63))
            .annotation("a", "anything \n at all");
    assertThatCode(builder::build).doesNotThrowAnyException();
  }

  @Test
  void readOnly_whatCannotBeWritten_mustBeMountedSo() {
    for (MountSource source :
        List.of(ConfigMap.of("c"), Secret.of("s"), InlineFiles.none().with("f", "x"))) {
      Mount mount = new Mount(source, "/m", false);
      assertThat(new JobRules().mounts(List.of(mount)).problems())
          .singleElement()
          .extracting(Problem::field, Problem::fix)
          .containsExactly("mounts[0].readOnly", "write true");
      assertThat(valid().mount(source, "/m").build().mounts().get(0).readOnly()).isTrue();
    }
  }
}
