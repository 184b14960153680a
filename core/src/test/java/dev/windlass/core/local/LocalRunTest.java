package dev.windlass.core.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.windlass.core.backend.Attempt;
import dev.windlass.core.backend.BackendException;
import dev.windlass.core.backend.JobEvent;
import dev.windlass.core.backend.JobHandle;
import dev.windlass.core.backend.JobNotFoundException;
import dev.windlass.core.backend.JobStatus;
import dev.windlass.core.backend.LogLine;
import dev.windlass.core.backend.LogOptions;
import dev.windlass.core.backend.Phase;
import dev.windlass.core.backend.Reason;
import dev.windlass.core.job.ConfigMap;
import dev.windlass.core.job.EmptyDir;
import dev.windlass.core.job.EnvValue;
import dev.windlass.core.job.GpuJob;
import dev.windlass.core.job.GpuRequest;
import dev.windlass.core.job.HostPath;
import dev.windlass.core.job.InlineFiles;
import dev.windlass.core.job.Memory;
import dev.windlass.core.job.Nfs;
import dev.windlass.core.job.PersistentVolumeClaim;
import dev.windlass.core.job.Secret;
import dev.windlass.core.job.Sharing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class LocalRunTest extends LocalCase {

  @Test
  void aProgram_seesItsEnvironmentAndItsGpus() {
    GpuJob job =
        sh(
                "environment",
                "echo job=$WINDLASS_JOB failed=$WINDLASS_FAILED_ATTEMPTS replica=$WINDLASS_REPLICA"
                    + " deadline=$WINDLASS_DEADLINE;"
                    + " echo gpus=$CUDA_VISIBLE_DEVICES own=$OWN growth=$TF_FORCE_GPU_ALLOW_GROWTH;"
                    + " pwd; ls | wc -l; java -version 2>&1 | head -1")
            .gpus(2)
            .env("OWN", "a b  c")
            .memoryGrowth(true)
            .deadline(Duration.ofMinutes(5))
            .build();
    JobHandle handle = backend.submit(job);
    JobHandle dotted =
        backend.submit(GpuJob.builder("dotted").command("env").env("a.name", "x'y").build());
    JobHandle noGpu =
        backend.submit(
            sh("no-gpu", "echo \"[${CUDA_VISIBLE_DEVICES-unset}] $NVIDIA_VISIBLE_DEVICES\"")
                .build());
    JobStatus status = handle.await(LONG);

    assertThat(status.phase()).isEqualTo(Phase.SUCCEEDED);
    assertThat(text(handle))
        .containsSequence(
            "job=environment failed=0 replica=0 deadline=" + status.submittedAt().plusSeconds(300),
            "gpus=0,1 own=a b c growth=true",
            folder("environment").attempt(1).work().toString())
        .anyMatch(line -> line.contains("version"));
    assertThat(text(dotted)).contains("a.name=x'y");
    assertThat(text(noGpu)).containsExactly("[] none");
  }

  @Test
  void mounts_areFoldersWhosePathsAreRewritten() throws IOException {
    Path host = Files.createDirectories(home.resolve("host"));
    Files.writeString(host.resolve("in"), "from the host\n");
    Files.writeString(Files.createDirectories(home.resolve("secrets/key")).resolve("token"), "s3");
    Files.writeString(Files.createDirectories(home.resolve("config-maps/cfg")).resolve("a"), "A\n");
    GpuJob.Builder job =
        sh(
                "first",
                "cat /host/in; cat /secret/token /cfg/a; /app/run.sh; echo $WINDLASS_DATA_DIR;"
                    + " echo $WINDLASS_CHECKPOINT_DIR; echo saved > /data/x; echo n > /nfs/x;"
                    + " ls /empty | wc -l; touch /empty/y; echo $LIST; pwd; echo $TOKEN; exit 3")
            .mount(HostPath.of(host.toString()), "/host")
            .mount(Secret.of("key"), "/secret")
            .mount(ConfigMap.of("cfg"), "/cfg")
            .mount(InlineFiles.none().with("run.sh", "#!/bin/sh\necho inline\n"), "/app")
            .mount(PersistentVolumeClaim.of("claim"), "/data")
            .mount(Nfs.of("server", "/exports"), "/nfs")
            .mount(EmptyDir.disk(), "/empty")
            .workingDir("/data")
            .env("LIST", "/data:/database:s3://b/data")
            .env("TOKEN", EnvValue.fromSecret("key", "token"))
            .retries(1);
    JobHandle first = backend.submit(job.build());
    assertThat(first.await(LONG).reason()).isEqualTo(Reason.EXIT_CODE);

    Path data = home.toAbsolutePath().resolve("volumes/claims/claim");
    List<String> expected =
        List.of(
            "from the host",
            "s3A",
            "inline",
            data.toString(),
            data + "/checkpoints",
            "0",
            data + ":/database:s3://b/data",
            data.toString(),
            "s3");
    // The second attempt finds its empty folder empty again.
    List<String> twice = new ArrayList<>(expected);
    twice.addAll(expected);
    assertThat(text(first)).isEqualTo(twice);

    JobHandle second =
        backend.submit(
            sh("second", "cat /old/x /export/x")
                .mount(PersistentVolumeClaim.of("claim"), "/old")
                .mount(Nfs.of("server", "/exports"), "/export")
                .build());
    assertThat(text(second)).containsExactly("saved", "n");
  }

  @Test
  void aFailedAttempt_isTriedAgain_andEachKeepsItsExitCode() {
    JobHandle job =
        backend.submit(
            sh(
                    "retries",
                    "echo attempt $WINDLASS_FAILED_ATTEMPTS; exit $WINDLASS_FAILED_ATTEMPTS$X")
                .env("X", "3")
                .retries(2)
                .build());
    JobHandle killed = backend.submit(sh("killed", "kill -9 $$").build());
    JobStatus status = job.await(LONG);

    assertThat(status.phase()).isEqualTo(Phase.FAILED);
    assertThat(status.reason()).isEqualTo(Reason.EXIT_CODE);
    assertThat(status.attempts())
        .extracting(Attempt::number, a -> a.exitCode().getAsInt(), Attempt::reason)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(1, 3, Reason.EXIT_CODE),
            org.assertj.core.groups.Tuple.tuple(2, 13, Reason.EXIT_CODE),
            org.assertj.core.groups.Tuple.tuple(3, 23, Reason.EXIT_CODE));
    assertThat(log(job, LogOptions.all()))
        .extracting(LogLine::attempt, LogLine::text)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(1, "attempt 0"),
            org.assertj.core.groups.Tuple.tuple(2, "attempt 1"),
            org.assertj.core.groups.Tuple.tuple(3, "attempt 2"));

    JobStatus end = killed.await(LONG);
    assertThat(end.lastAttempt().orElseThrow().exitCode()).hasValue(137);
    assertThat(end.message()).contains("signal 9");
    assertThat(text(killed)).isEmpty();
  }

  @Test
  void whatCannotStart_failsAtOnce_andIsNotTriedAgain() {
    JobHandle program =
        backend.submit(GpuJob.builder("p").command("no-such-program").retries(3).build());
    JobHandle file =
        backend.submit(
            GpuJob.builder("f")
                .command("/data/run")
                .mount(PersistentVolumeClaim.of("c"), "/data")
                .build());
    JobHandle secret =
        backend.submit(
            sh("s", "true").env("T", EnvValue.fromSecret("nothing", "token")).retries(3).build());
    JobHandle directory = backend.submit(sh("d", "true").workingDir("/no/such/folder").build());

    JobStatus status = program.await(LONG);
    assertThat(status.reason()).isEqualTo(Reason.COMMAND_NOT_FOUND);
    assertThat(status.message()).contains("no-such-program").contains("PATH");
    assertThat(status.attempts()).isEmpty();
    assertThat(file.await(LONG).message()).contains("volumes/claims/c/run");
    assertThat(secret.await(LONG).reason()).isEqualTo(Reason.CONFIG_ERROR);
    assertThat(secret.status().message())
        .contains("secret nothing")
        .contains(home.resolve("secrets/nothing/token").toString());
    assertThat(directory.await(LONG).message()).contains("/no/such/folder");
  }

  @Test
  void whatCannotRunHere_isRefused() {
    assertThatThrownBy(() -> backend.submit(GpuJob.builder("a").image("x:1").build()))
        .isInstanceOf(BackendException.class)
        .hasMessageContaining("needs a command")
        .hasMessageContaining("entry point");
    assertThatThrownBy(
            () ->
                backend.submit(
                    sh("a", "true").gpu(GpuRequest.of(1).sharing(Sharing.mps())).build()))
        .hasMessageContaining("yet");
    assertThatThrownBy(() -> backend.submit(sh("a", "true").gpus(3).build()))
        .hasMessageContaining("3 GPUs")
        .hasMessageContaining("2 x simulated");
    try (LocalBackend none = LocalBackend.builder().home(home).simulatedGpus(0).open()) {
      assertThatThrownBy(() -> none.submit(sh("a", "true").gpus(1).build()))
          .hasMessageContaining("there is no GPU")
          .hasMessageContaining("WINDLASS_LOCAL_GPUS")
          .hasMessageContaining("--simulated-gpus");
    }
    GpuRequest large = GpuRequest.of(1).memoryAtLeast(Memory.gib(80));
    assertThatThrownBy(() -> backend.submit(sh("a", "true").gpu(large).build()))
        .hasMessageContaining("80Gi");
    assertThatThrownBy(
            () -> backend.submit(sh("a", "true").gpu(GpuRequest.of(1).product("H100")).build()))
        .hasMessageContaining("product H100");
    assertThat(backend.list()).isEmpty();
    assertThatThrownBy(() -> backend.attach("a")).isInstanceOf(JobNotFoundException.class);
    assertThatThrownBy(() -> backend.attach("../jobs")).isInstanceOf(JobNotFoundException.class);
  }

  @Test
  void events_comeInOrder_alsoForALateSubscriberElsewhere() {
    JobHandle job =
        backend.submit(
            sh(
                    "progress",
                    "for i in 1 2 3; do echo plain $i; echo 'no line' >&2;"
                        + " echo '::windlass-progress:: {\"step\":'$i',\"total\":3,\"metrics\":"
                        + "{\"loss\":0.5}}'; sleep 0.05; done; exit $((1 - $WINDLASS_FAILED_ATTEMPTS))")
                .retries(1)
                .build());
    List<JobEvent> live = Collections.synchronizedList(new ArrayList<>());
    job.events(live::add);
    assertThat(job.await(LONG).phase()).isEqualTo(Phase.SUCCEEDED);
    until(() -> live.toString().contains("SUCCEEDED"));

    List<JobEvent> late = Collections.synchronizedList(new ArrayList<>());
    try (LocalBackend other = open()) {
      other.attach("progress").events(late::add);
      until(() -> late.size() == live.size());
    }
    assertThat(late).isEqualTo(live);
    List<String> words =
        live.stream()
            .map(
                e ->
                    e instanceof JobEvent.Progress p
                        ? p.attempt() + ":" + p.step() + "/" + p.total() + p.metrics()
                        : ((JobEvent.StatusChanged) e).status().phase().name())
            .toList();
    assertThat(words)
        .containsExactly(
            "QUEUED",
            "RUNNING",
            "1:1/3{loss=0.5}",
            "1:2/3{loss=0.5}",
            "1:3/3{loss=0.5}",
            "PENDING",
            "RUNNING",
            "2:1/3{loss=0.5}",
            "2:2/3{loss=0.5}",
            "2:3/3{loss=0.5}",
            "SUCCEEDED");
    assertThat(text(job)).hasSize(12).noneMatch(line -> line.contains("windlass-progress"));
  }

  @Test
  void logs_canBeFollowedCutAndKept() throws IOException {
    JobHandle job =
        backend.submit(
            sh(
                    "logs",
                    "echo one; echo two; echo err >&2; while [ ! -e $GO ]; do sleep 0.02; done;"
                        + " echo three; printf 'no end'")
                .env("GO", home.resolve("go").toString())
                .build());
    until(() -> log(job, LogOptions.all()).size() == 3);
    List<LogLine> before = log(job, LogOptions.all());
    assertThat(before).extracting(LogLine::text).contains("one", "two", "err");
    assertThat(before.stream().filter(l -> l.text().equals("err")))
        .extracting(LogLine::stream)
        .containsExactly(LogLine.Stream.STDERR);
    assertThat(log(job, LogOptions.all().tail(1))).isEqualTo(before.subList(2, 3));
    assertThat(log(job, LogOptions.all().tail(0))).isEmpty();

    Path kept = home.resolve("kept");
    try (var stream = job.logs(LogOptions.following().tail(0).keepIn(kept))) {
      assertThat(stream.poll(Duration.ofMillis(50))).isEmpty();
      assertThat(stream.ended()).isFalse();
      Instant now = Instant.now();
      Files.createFile(home.resolve("go"));
      assertThat(stream).extracting(LogLine::text).containsExactly("three", "no end");
      assertThat(stream.ended()).isTrue();
      assertThat(log(job, LogOptions.all().since(now.minusMillis(20))))
          .extracting(LogLine::text)
          .containsExactly("three", "no end");
    }
    LogLine last = log(job, LogOptions.all().tail(1)).get(0);
    assertThat(Files.readAllLines(kept)).hasSize(2).contains(last.time() + " 1 STDOUT no end");
  }

  @Test
  void nothingOfAJob_canBeReadByOthers() throws IOException {
    JobHandle job = backend.submit(sh("a".repeat(57), "true").env("PASSWORD", "hunter2").build());
    job.await(LONG);
    assertThat(folder("a".repeat(57)).path().resolve("job.json")).content().contains("hunter2");
    for (Path path = folder("a".repeat(57)).path(); !path.equals(home); path = path.getParent()) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
          .isEqualTo("rwx------");
    }
    assertThat(supervisorLog("a".repeat(57))).doesNotContain("hunter2");
  }

  private String supervisorLog(String name) throws IOException {
    return Files.readString(folder(name).path().resolve("supervisor.log"));
  }
}
