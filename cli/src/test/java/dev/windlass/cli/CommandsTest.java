package dev.windlass.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.windlass.core.backend.Attempt;
import dev.windlass.core.backend.Inventory;
import dev.windlass.core.backend.JobStatus;
import dev.windlass.core.backend.JobStatusJson;
import dev.windlass.core.backend.LogLine;
import dev.windlass.core.backend.LogOptions;
import dev.windlass.core.backend.Phase;
import dev.windlass.core.backend.Reason;
import dev.windlass.core.job.ComputeCapability;
import dev.windlass.core.job.Memory;
import dev.windlass.core.job.PersistentVolumeClaim;
import dev.windlass.examples.digits.DigitsTraining;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Shell shell = new Shell();

  private static JobStatus failedTwice() {
    Attempt first =
        new Attempt(
            1,
            0,
            Optional.of("node-a"),
            Optional.of("train-0"),
            Optional.of(FakeJob.at(1)),
            Optional.of(FakeJob.at(4)),
            OptionalInt.of(137),
            Reason.OUT_OF_MEMORY,
            "took more than 8Gi");
    Attempt second =
        new Attempt(
            2,
            0,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            OptionalInt.empty(),
            Reason.NONE,
            "");
    return new JobStatus(
        "train",
        Phase.PENDING,
        Reason.INSUFFICIENT_GPU,
        "0 of 3 nodes have a free GPU",
        "Wait, or ask for fewer",
        FakeJob.START,
        Optional.of(FakeJob.at(1)),
        Optional.empty(),
        List.of(first, second));
  }

  @Test
  void status_table_hasAllAndTheAttempts() {
    shell.backend.add("train").status(failedTwice());
    assertThat(shell.run("status", "train")).isZero();
    assertThat(shell.out())
        .isEqualTo(
            """
            Job        train
            Phase      Pending
            Reason     INSUFFICIENT_GPU: not enough free GPUs of that kind
            Message    0 of 3 nodes have a free GPU
            To do      Wait, or ask for fewer
            Took       14s (1s until its program started, 13s since)
            Submitted  2026-11-24T20:00:00Z
            Started    2026-11-24T20:00:01Z

            ATTEMPT  REPLICA  NODE    POD      TOOK  EXIT  REASON         MESSAGE
            1        0        node-a  train-0  3s    137   OUT_OF_MEMORY  took more than 8Gi
            2        0        -       -        -     -     -              -
            """);
    assertThat(shell.err()).isEmpty();
  }

  @Test
  void status_json_isTheWholeStatus() throws IOException {
    shell.backend.add("train").status(failedTwice());
    assertThat(shell.run("status", "train", "--output=JSON")).isZero();
    assertThat(JobStatusJson.read(JSON.readTree(shell.out()))).isEqualTo(failedTwice());
  }

  @Test
  void everyCommandForOneJob_unknownName_hasItsOwnExitCode() {
    for (String command : List.of("status", "logs", "cancel", "delete")) {
      assertThat(shell.run(command, "nobody")).as(command).isEqualTo(6);
    }
    assertThat(shell.out()).isEmpty();
    assertThat(shell.err()).contains("Error while looking for job 'nobody':\n  there is none");
  }

  @Test
  void list_table_hasALineForEachJob() {
    shell.backend.add("train").status(failedTwice());
    shell.backend.add("a-job-with-a-long-name").phase(Phase.RUNNING).phase(Phase.SUCCEEDED);
    assertThat(shell.run("list")).isZero();
    assertThat(shell.out())
        .isEqualTo(
            """
            NAME                    PHASE      REASON            ATTEMPTS  AGE  TOOK  MESSAGE
            train                   Pending    INSUFFICIENT_GPU  2         14s  14s   0 of 3 nodes have a free GPU
            a-job-with-a-long-name  Succeeded  -                 1         14s  12s   -
            """);
  }

  @Test
  void list_onATerminal_isColouredAndCut() {
    shell.terminal();
    shell.backend.add("train").status(failedTwice());
    assertThat(shell.run("list")).isZero();
    assertThat(shell.out()).contains("\u001b[33mPending\u001b[0m");
    assertThat(Vt.show(shell.out())).allMatch(line -> line.length() <= 80);
  }

  @Test
  void list_nothing_saysSoAndJsonIsAnEmptyArray() throws IOException {
    assertThat(shell.run("list")).isZero();
    assertThat(shell.out()).isEmpty();
    assertThat(shell.err()).isEqualTo("There are no jobs.\n");
    assertThat(shell.run("list", "-o", "json")).isZero();
    assertThat(JSON.readTree(shell.out())).isEmpty();
  }

  @Test
  void list_json_isAnArrayOfStatuses() throws IOException {
    shell.backend.add("train").status(failedTwice());
    shell.run("list", "-o", "json");
    JsonNode jobs = JSON.readTree(shell.out());
    assertThat(jobs).hasSize(1);
    assertThat(JobStatusJson.read(jobs.get(0))).isEqualTo(failedTwice());
  }

  @Test
  void logs_optionsArePassedOnAndNotesAreNotMixedIn() {
    FakeJob job = shell.backend.add("train");
    job.line("one").line(LogLine.Stream.NOTE, "a gap").line("two").phase(Phase.SUCCEEDED);
    assertThat(shell.run("logs", "train", "-f", "--tail", "5", "--since", "10m")).isZero();
    assertThat(job.logRequests())
        .containsExactly(LogOptions.following().tail(5).since(Shell.NOW.minusSeconds(600)));
    assertThat(shell.out()).isEqualTo("one\ntwo\n");
    assertThat(shell.err()).isEqualTo("[log] a gap\n");
  }

  @Test
  void logs_timestamps_areBeforeEachLine() {
    FakeJob job = shell.backend.add("train");
    job.line("one").phase(Phase.SUCCEEDED);
    assertThat(shell.run("logs", "train", "--timestamps")).isZero();
    assertThat(job.logRequests()).containsExactly(LogOptions.all());
    assertThat(shell.out()).isEqualTo("2026-11-24T20:00:03Z one\n");
  }

  @Test
  void logs_negativeTail_isAUsageError() {
    assertThat(shell.run("logs", "train", "--tail=-1")).isEqualTo(2);
    assertThat(shell.opened).isEmpty();
  }

  @Test
  void logs_readerGone_stopsAlthoughTheLogGoesOn() {
    shell.outTo(new RunCommandTest.BrokenPipe());
    shell.backend.add("train").phase(Phase.RUNNING).line("one").line("two");
    assertThat(shell.run("logs", "train", "-f")).isZero();
  }

  @Test
  void cancel_runningJob_isCancelledAndKept() {
    FakeJob job = shell.backend.add("train").phase(Phase.RUNNING);
    assertThat(shell.run("cancel", "train")).isZero();
    assertThat(job.cancelled()).isTrue();
    assertThat(job.deleted()).isFalse();
    assertThat(shell.err()).contains("is being stopped").contains("windlass status train");
  }

  @Test
  void cancel_wait_saysWhenItHasStopped() {
    shell.backend.add("train").phase(Phase.RUNNING);
    assertThat(shell.run("cancel", "train", "--wait")).isZero();
    assertThat(shell.err()).isEqualTo("train has stopped.\n");
  }

  @Test
  void cancel_timeoutWithoutWait_isRefused() {
    assertThat(shell.run("cancel", "train", "--timeout", "5s")).isEqualTo(2);
    assertThat(shell.err()).contains("--wait");
  }

  @Test
  void cancel_endedJob_isLeftAlone() {
    FakeJob job = shell.backend.add("train").phase(Phase.SUCCEEDED);
    assertThat(shell.run("cancel", "train")).isZero();
    assertThat(job.cancelled()).isFalse();
    assertThat(shell.err()).isEqualTo("train has ended already: Succeeded.\n");
  }

  @Test
  void delete_deletes() {
    FakeJob job = shell.backend.add("train");
    assertThat(shell.run("delete", "train")).isZero();
    assertThat(job.deleted()).isTrue();
  }

  private static Inventory inventory() {
    return new Inventory(
        List.of(
            new Inventory.Node(
                "gpu-1",
                Optional.of("NVIDIA-H100-80GB-HBM3"),
                Optional.of(Memory.mib(81_559)),
                Optional.of(ComputeCapability.of(9, 0)),
                8,
                7,
                OptionalInt.of(3),
                true),
            new Inventory.Node(
                "gpu-2",
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                4,
                4,
                OptionalInt.empty(),
                true),
            new Inventory.Node(
                "gpu-3",
                Optional.of("Tesla-T4"),
                Optional.of(Memory.gib(16)),
                Optional.of(ComputeCapability.of(7, 5)),
                1,
                1,
                OptionalInt.of(0),
                false)),
        List.of("Pods of other namespaces cannot be seen"));
  }

  @Test
  void gpus_table_showsWhatIsFree() {
    shell.backend.inventory(inventory());
    assertThat(shell.run("gpus")).isZero();
    assertThat(shell.out())
        .isEqualTo(
            """
            NODE   PRODUCT                MEMORY  CC   GPUS    FREE
            gpu-1  NVIDIA-H100-80GB-HBM3  79.6Gi  9.0  7 of 8  4
            gpu-2  -                      -       -    4       ?
            gpu-3  Tesla-T4               16Gi    7.5  1       0 (node takes no jobs)
            """);
    assertThat(shell.err()).isEqualTo("Note: Pods of other namespaces cannot be seen\n");
  }

  @Test
  void gpus_json_hasExactNumbersAndLeavesOutWhatIsUnknown() throws IOException {
    shell.backend.inventory(inventory());
    shell.run("gpus", "-o", "json");
    JsonNode nodes = JSON.readTree(shell.out()).get("nodes");
    assertThat(nodes.get(0).get("memoryBytes").asLong()).isEqualTo(Memory.mib(81_559).bytes());
    assertThat(nodes.get(0).get("free").asInt()).isEqualTo(4);
    assertThat(nodes.get(1).has("product")).isFalse();
    assertThat(nodes.get(1).has("free")).isFalse();
    assertThat(nodes.get(2).get("schedulable").asBoolean()).isFalse();
    assertThat(JSON.readTree(shell.out()).get("notes")).hasSize(1);
  }

  @Test
  void gpus_none_saysHowToTryWithout() {
    assertThat(shell.run("gpus")).isZero();
    assertThat(shell.err()).contains("There are no GPUs.").contains("--simulated-gpus 1");
  }

  @Test
  void gpus_thatCannotBeCounted_areNotSaidToBeNone() {
    shell.backend.inventory(new Inventory(List.of(), List.of("This user may not list nodes")));
    assertThat(shell.run("gpus", "--backend", "kubernetes")).isZero();
    assertThat(shell.err()).isEqualTo("Note: This user may not list nodes\n");
  }

  @Test
  void demo_local_replacesTheLastOneAndSimulatesAGpu() {
    shell.backend.add("digits-training").phase(Phase.SUCCEEDED);
    shell.backend.script(job -> job.phase(Phase.RUNNING).phase(Phase.SUCCEEDED));
    assertThat(shell.run("demo")).isZero();
    assertThat(shell.opened.get(0).simulatedGpus()).contains(1);
    assertThat(shell.backend.submitted())
        .containsExactly(DigitsTraining.job(DigitsTraining.IMAGE, DigitsTraining.localData()));
    assertThat(shell.run("demo", "--simulated-gpus", "4")).isZero();
    assertThat(shell.opened.get(1).simulatedGpus()).contains(4);
  }

  @Test
  void demo_kubernetes_takesImageAndClaimAndSaysWhatBecomesOfTheModel() {
    shell.env.put("WINDLASS_BACKEND", "kubernetes");
    shell.backend.script(job -> job.phase(Phase.RUNNING).phase(Phase.SUCCEEDED));
    assertThat(shell.run("demo")).isZero();
    assertThat(shell.err()).contains("--claim NAME keeps it");
    assertThat(shell.run("demo", "--image", "own:1", "--claim", "models")).isZero();
    assertThat(shell.backend.submitted())
        .containsExactly(
            DigitsTraining.job(DigitsTraining.IMAGE, DigitsTraining.clusterData()),
            DigitsTraining.job("own:1", PersistentVolumeClaim.of("models")));
  }

  @Test
  void schema_isJson() throws IOException {
    assertThat(shell.run("schema")).isZero();
    assertThat(JSON.readTree(shell.out()).path("$schema").asText()).contains("2020-12");
  }

  @Test
  void render_yamlAndJson_areKubernetesObjects(@TempDir Path folder) throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("pod.yaml"),
            """
            apiVersion: v1
            kind: Pod
            metadata: {name: train}
            spec:
              hostname: somewhere
              restartPolicy: Never
              containers:
                - {name: main, image: a, command: [b]}
            """);
    assertThat(shell.run("render", file.toString())).isZero();
    assertThat(shell.out()).contains("kind: Job").contains("image: a");
    assertThat(shell.err()).contains("Note: ").contains("hostname");
    assertThat(shell.opened).isEmpty();

    Shell json = new Shell();
    assertThat(json.run("render", file.toString(), "-o", "json", "-n", "team")).isZero();
    JsonNode job = JSON.readTree(json.out());
    assertThat(job.path("kind").asText()).isEqualTo("Job");
    assertThat(job.path("metadata").path("namespace").asText()).isEqualTo("team");
    assertThat(json.run("render", file.toString(), "-o", "table")).isEqualTo(2);
  }

  @Test
  void render_severalObjects_areOneJsonList(@TempDir Path folder) throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("job.yaml"),
            """
            apiVersion: windlass.dev/v1
            kind: GpuJob
            name: train
            image: a
            mounts:
              - path: /app
                files: {hello.txt: aGVsbG8=}
            """);
    assertThat(shell.run("render", file.toString(), "-o", "json")).isZero();
    JsonNode list = JSON.readTree(shell.out());
    assertThat(list.path("kind").asText()).isEqualTo("List");
    assertThat(list.path("items")).hasSize(2);
  }
}
