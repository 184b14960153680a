package dev.windlass.core.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GpuJobTest {
  /** One change for each component of the record, in its order. */
  private static final List<UnaryOperator<GpuJob.Builder>> CHANGES =
      List.of(
          b -> b.name("other"),
          b -> b.namespace("n"),
          b -> b.image("i"),
          b -> b.imagePullPolicy(ImagePullPolicy.ALWAYS),
          b -> b.imagePullSecret("pull"),
          b -> b.command("c"),
          b -> b.args("a"),
          b -> b.workingDir("/w"),
          b -> b.env("E", "e"),
          b -> b.gpus(2),
          b -> b.cpu(Cpu.cores(1)),
          b -> b.memory(Memory.gib(1)),
          b -> b.ephemeralStorage(Memory.gib(1)),
          b -> b.sharedMemory(Memory.gib(1)),
          b -> b.mount(EmptyDir.disk(), "/m"),
          b -> b.memoryGrowth(true),
          b -> b.retries(1),
          b -> b.deadline(Duration.ofHours(1)),
          b -> b.startDeadline(Duration.ofMinutes(1)),
          b -> b.ttlAfterFinished(Duration.ofDays(1)),
          b -> b.terminationGrace(Duration.ofSeconds(1)),
          b -> b.runAsRoot(),
          b -> b.serviceAccount("sa"),
          b -> b.priorityClass("pc"),
          b -> b.nodeSelector("k", "v"),
          b -> b.toleration(Toleration.exists("t")),
          b -> b.label("l", "v"),
          b -> b.annotation("note", "v"));

  @Test
  void everyField_isKeptByToBuilder_seenByEquals_andShownByToString() throws Exception {
    RecordComponent[] components = GpuJob.class.getRecordComponents();
    assertThat(components).hasSameSizeAs(CHANGES);
    GpuJob plain = GpuJob.builder("job").build();
    GpuJob.Builder all = GpuJob.builder("job");
    for (int i = 0; i < components.length; i++) {
      GpuJob changed = CHANGES.get(i).apply(plain.toBuilder()).build();
      Method field = components[i].getAccessor();
      assertThat(field.invoke(changed)).as(field.getName()).isNotEqualTo(field.invoke(plain));
      assertThat(changed).isNotEqualTo(plain);
      assertThat(changed.toBuilder().build()).isEqualTo(changed).hasSameHashCodeAs(changed);
      assertThat(changed.toString()).contains(field.getName() + "=");
      all = CHANGES.get(i).apply(all);
    }
    GpuJob everything = all.build();
    assertThat(everything.toBuilder().build()).isEqualTo(everything);
    assertThat(plain).hasToString("GpuJob[name=job]");
  }

  @Test
  void job_isNotChangedThroughWhatItWasMadeOf() {
    List<String> words = new ArrayList<>(List.of("a"));
    GpuJob.Builder builder = GpuJob.builder("job").command(words).env("A", "1");
    GpuJob job = builder.build();
    words.add("b");
    builder.env("B", "2");
    job.toBuilder().env("C", "3").label("l", "v");
    assertThat(job.command()).containsExactly("a");
    assertThat(job.env()).containsOnlyKeys("A");
    assertThat(job.labels()).isEmpty();
    assertThatThrownBy(() -> job.env().put("D", EnvValue.of("4")))
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HF_TOKEN",
        "API_KEY",
        "AWS_SECRET_ACCESS_KEY",
        "DB_PASSWORD",
        "db_passwd",
        "MYSQL_PWD",
        "BASIC_AUTH",
        "SENTRY_DSN",
        "TLS_CERT",
        "GOOGLE_CREDENTIALS",
        "AZURE_CONNECTION_STRING"
      })
  void toString_variableThatLooksSecret_isHidden(String name) {
    GpuJob job = GpuJob.builder("job").env(name, "hunter2").build();
    assertThat(job.toString()).contains(name + "=***").doesNotContain("hunter2");
    assertThat(job.env().toString()).doesNotContain("hunter2");
  }

  @Test
  void toString_wordsThatLookSecret_areHidden() {
    GpuJob job =
        GpuJob.builder("job")
            .command("env", "HF_TOKEN=hunter2", "train", "--password", "hunter2", "--epochs", "3")
            .args("--token=hunter2", "-api-key=hunter2", "--user", "me", "--lr=0.1")
            .build();
    assertThat(job.toString())
        .doesNotContain("hunter2")
        .contains("HF_TOKEN=***", "--password, ***", "--token=***", "-api-key=***")
        .contains("--epochs, 3", "--user, me", "--lr=0.1");
  }

  @Test
  void toString_userInfoInUrls_isHidden() {
    GpuJob job =
        GpuJob.builder("job")
            .env("A_URL", "postgres://me:hunter2@db.example/x and s3://k:hunter2@b/y")
            .env("B_URL", "amqp://me:p@hunter2@mq.example:5672")
            .args("https://me:hunter2@example.com/data", "mail@example.com")
            .build();
    assertThat(job.toString())
        .doesNotContain("hunter2")
        .contains("postgres://***@db.example/x", "amqp://***@mq.example:5672")
        .contains("https://***@example.com/data", "mail@example.com");
  }

  @Test
  void toString_whatIsNoSecret_isShown() {
    GpuJob job =
        GpuJob.builder("job")
            .env("MODE", "fast")
            .env("TOKEN", EnvValue.fromSecret("hub", "token"))
            .gpu(
                GpuRequest.of(2)
                    .product("NVIDIA-A100")
                    .memoryAtLeast(Memory.gib(40))
                    .computeCapabilityAtLeast(ComputeCapability.of(8, 0))
                    .memoryLimit(Memory.gib(8))
                    .sharing(Sharing.mps()))
            .mount(Secret.of("hub"), "/hub")
            .build();
    assertThat(job.toString())
        .contains("MODE=fast", "FromSecret[name=hub, key=token]")
        .contains("2 NVIDIA-A100 memory>=40Gi computeCapability>=8.0 memoryLimit=8Gi Mps[]")
        .contains("Secret[name=hub]");
  }

  @Test
  void mount_slashAtTheEnd_isDropped() {
    GpuJob job = GpuJob.builder("job").mount(EmptyDir.disk(), "/data//").build();
    assertThat(job.mounts().get(0).path()).isEqualTo("/data");
  }

  @Test
  void computeCapability_isReadAndOrdered() {
    assertThat(ComputeCapability.parse("8.0")).isEqualTo(ComputeCapability.of(8, 0));
    assertThat(ComputeCapability.parse("12.1")).hasToString("12.1");
    assertThat(ComputeCapability.of(10, 0))
        .isGreaterThan(ComputeCapability.of(9, 0))
        .isGreaterThan(ComputeCapability.of(8, 9));
    assertThat(ComputeCapability.of(8, 9)).isGreaterThan(ComputeCapability.of(8, 6));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "8", "8.", ".0", "8.0.1", "-8.0", "v8.0", " 8.0", "8.0\n", "8,0", "0.9"})
  void computeCapability_anythingElse_saysHowToWriteIt(String text) {
    assertThatThrownBy(() -> ComputeCapability.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("8.0");
  }

  @Test
  void cpu_kubernetesForms_areRead() {
    assertThat(Cpu.parse("2")).isEqualTo(Cpu.cores(2)).hasToString("2");
    assertThat(Cpu.parse("0.5")).isEqualTo(Cpu.millis(500)).hasToString("500m");
    assertThat(Cpu.parse("1500m")).hasToString("1500m");
    assertThat(Cpu.parse("1.")).isEqualTo(Cpu.cores(1));
    assertThat(Cpu.parse("0.0001")).isEqualTo(Cpu.millis(1));
    assertThat(Cpu.parse("0.1")).isLessThan(Cpu.parse("101m"));
    assertThat(Cpu.parse("999999999999999").millis()).isEqualTo(999_999_999_999_999_000L);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "m",
        "-1",
        "1e3",
        "1k",
        "0.5m",
        "two",
        "1 ",
        "1000000000000000",
        "1.0000000000"
      })
  void cpu_anythingElse_saysHowToWriteIt(String text) {
    assertThatThrownBy(() -> Cpu.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("2, 0.5 or 500m");
    assertThatThrownBy(() -> Cpu.millis(-1)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void toleration_effect_isAdded() {
    assertThat(Toleration.exists("a").effect(Toleration.Effect.NO_EXECUTE))
        .isEqualTo(
            new Toleration(
                Optional.of("a"), Optional.empty(), Optional.of(Toleration.Effect.NO_EXECUTE)));
  }
}
