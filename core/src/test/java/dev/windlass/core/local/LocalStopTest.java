package dev.windlass.core.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.windlass.core.backend.AwaitTimeoutException;
import dev.windlass.core.backend.BackendException;
import dev.windlass.core.backend.JobConflictException;
import dev.windlass.core.backend.JobHandle;
import dev.windlass.core.backend.JobNotFoundException;
import dev.windlass.core.backend.JobStatus;
import dev.windlass.core.backend.LogLine;
import dev.windlass.core.backend.LogOptions;
import dev.windlass.core.backend.Phase;
import dev.windlass.core.backend.Reason;
import dev.windlass.core.job.GpuJob;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class LocalStopTest extends LocalCase {
  /**
   * Has a child, an orphan whose parent has ended, and one in a session of its own without parent;
   * writes their numbers into a file.
   */
  private String family(String file) {
    String target = home.resolve(file).toString();
    return "sleep 600 & child=$!; orphan=$(sleep 601 >/dev/null & echo $!);"
        + " far=$(setsid sh -c 'sleep 602 >/dev/null & echo $!');"
        + " echo $$ $child $orphan $far > "
        + target
        + "; ";
  }

  private List<ProcessHandle> awaitFamily(String file) {
    List<ProcessHandle> all =
        List.of(awaitFile(file).split(" ")).stream()
            .map(pid -> ProcessHandle.of(Long.parseLong(pid)).orElseThrow())
            .toList();
    assertThat(all).hasSize(4);
    return all;
  }

  @Test
  void cancel_stopsTheWholeTree_andKeepsTheRecord() {
    JobHandle job =
        backend.submit(
            sh("tree", "trap 'echo asked; exit 9' TERM; " + family("pids") + "wait").build());
    List<ProcessHandle> family = awaitFamily("pids");
    job.cancel();
    JobStatus status = job.await(LONG);

    assertThat(status.phase()).isEqualTo(Phase.CANCELLED);
    assertThat(status.reason()).isEqualTo(Reason.CANCELLED);
    assertThat(status.lastAttempt().orElseThrow().exitCode()).hasValue(9);
    assertThat(family).allMatch(LocalCase::hasEnded);
    assertThat(text(job)).contains("asked");
    job.cancel();
    assertThat(backend.attach("tree").status()).isEqualTo(status);
  }

  @Test
  void cancel_killsWhatDoesNotListen_afterItsGrace() {
    JobHandle job =
        backend.submit(
            sh(
                    "deaf",
                    "trap '' TERM; echo x > " + home.resolve("up") + "; while :; do sleep 1; done")
                .terminationGrace(Duration.ofSeconds(1))
                .build());
    awaitFile("up");
    job.cancel();
    JobStatus status = job.await(LONG);
    assertThat(status.phase()).isEqualTo(Phase.CANCELLED);
    assertThat(status.lastAttempt().orElseThrow().exitCode()).hasValue(137);
  }

  @Test
  void deadline_countsFromSubmission_andStopsTheTree() throws IOException {
    JobHandle running =
        backend.submit(
            sh("late", family("pids") + "wait")
                .deadline(Duration.ofHours(1))
                .gpus(2)
                .retries(3)
                .build());
    List<ProcessHandle> family = awaitFamily("pids");
    JobHandle waiting =
        backend.submit(sh("never", "true").deadline(Duration.ofSeconds(1)).gpus(1).build());
    JobStatus status = waiting.await(LONG);
    assertThat(status.phase()).isEqualTo(Phase.FAILED);
    assertThat(status.reason()).isEqualTo(Reason.DEADLINE);
    assertThat(status.attempts()).isEmpty();

    // The next supervisor finds that the job was submitted two hours ago.
    Path file = folder("late").path().resolve("submission.json");
    Submission now = folder("late").submission();
    Submission earlier =
        new Submission(
            now.id(),
            now.digest(),
            now.submittedAt().minus(Duration.ofHours(2)),
            now.gpus(),
            now.eligible(),
            now.ttlAfterFinished());
    Files.writeString(file, earlier.toJson());
    kill(supervisor("late"));
    status = running.await(LONG);
    assertThat(status.phase()).isEqualTo(Phase.FAILED);
    assertThat(status.reason()).isEqualTo(Reason.DEADLINE);
    assertThat(status.attempts()).hasSize(1);
    assertThat(family).allMatch(LocalCase::hasEnded);
  }

  @Test
  void aSuccess_leavesNoProcessBehind() {
    JobHandle job = backend.submit(sh("quick", family("pids") + "exit 0").build());
    assertThat(job.await(LONG).phase()).isEqualTo(Phase.SUCCEEDED);
    List<String> pids = List.of(awaitFile("pids").split(" "));
    assertThat(pids)
        .allMatch(
            pid -> ProcessHandle.of(Long.parseLong(pid)).map(LocalCase::hasEnded).orElse(true));
  }

  @Test
  void delete_stopsAndRemovesAll() {
    JobHandle job = backend.submit(sh("gone", family("pids") + "wait").build());
    JobHandle elsewhere = backend.attach("gone");
    CompletableFuture<JobStatus> followed = elsewhere.completion().toCompletableFuture();
    List<ProcessHandle> family = awaitFamily("pids");
    job.delete();

    assertThat(family).allMatch(LocalCase::hasEnded);
    assertThat(home.resolve("jobs")).isEmptyDirectory();
    assertThatThrownBy(() -> backend.attach("gone")).isInstanceOf(JobNotFoundException.class);
    assertThat(followed).succeedsWithin(LONG).matches(s -> s.phase().isFinal());
    assertThat(job.status().phase().isFinal()).isTrue();
    job.delete();
  }

  @Test
  void anotherDescription_isAConflict_andReplaceMeansIt() {
    GpuJob first = sh("name", family("pids") + "wait").build();
    JobHandle old = backend.submit(first);
    List<ProcessHandle> family = awaitFamily("pids");
    GpuJob second = sh("name", "echo second").build();
    assertThatThrownBy(() -> backend.submit(second))
        .isInstanceOf(JobConflictException.class)
        .hasMessageContaining("replace()");
    assertThat(family).noneMatch(LocalCase::hasEnded);

    JobHandle replaced = backend.replace(second);
    assertThat(replaced.await(LONG).phase()).isEqualTo(Phase.SUCCEEDED);
    assertThat(text(replaced)).containsExactly("second");
    assertThat(family).allMatch(LocalCase::hasEnded);
    assertThat(old.status().phase()).isNotEqualTo(Phase.SUCCEEDED);
    old.delete();
    assertThat(backend.attach("name").status().phase()).isEqualTo(Phase.SUCCEEDED);
  }

  @Test
  void aFolderDeletedByHand_stopsTheJobAndWhoeverFollowsIt() throws IOException {
    JobHandle job =
        backend.submit(sh("swept", "echo begin; " + family("pids") + "wait").gpus(2).build());
    CompletableFuture<List<LogLine>> log =
        CompletableFuture.supplyAsync(() -> log(job, LogOptions.following()));
    List<ProcessHandle> family = awaitFamily("pids");
    ProcessHandle supervisor = supervisor("swept");
    CompletableFuture<JobStatus> end = job.completion().toCompletableFuture();
    // Others still write into it, so that one go may not be enough, as with rm.
    until(
        () -> {
          try {
            FolderTree.delete(folder("swept").path());
            return true;
          } catch (IOException e) {
            return false;
          }
        });

    assertThat(end).succeedsWithin(LONG);
    assertThat(end.join().phase()).isEqualTo(Phase.FAILED);
    assertThat(end.join().reason()).isEqualTo(Reason.DELETED);
    assertThat(log).succeedsWithin(LONG);
    assertThat(log.join().get(log.join().size() - 1).stream()).isEqualTo(LogLine.Stream.NOTE);
    until(() -> family.stream().allMatch(LocalCase::hasEnded));
    until(() -> backend.gpus().nodes().get(0).used().getAsInt() == 0);
    until(() -> hasEnded(supervisor)); // It may write until then, and the folder is deleted now.
  }

  @Test
  void aFinishedJob_isRemovedWhenItsTimeHasPassed() {
    JobHandle kept =
        backend.submit(sh("kept", "true").ttlAfterFinished(Duration.ofHours(1)).build());
    JobHandle brief = backend.submit(sh("brief", "true").ttlAfterFinished(Duration.ZERO).build());
    kept.await(LONG);
    brief.await(LONG);
    until(() -> backend.list().size() == 1);
    assertThat(backend.list()).extracting(JobStatus::name).containsExactly("kept");
    assertThat(brief.status().phase()).isEqualTo(Phase.SUCCEEDED);
  }

  @Test
  void close_endsTheWaiting_butNotTheJob() {
    JobHandle job = backend.submit(sh("on", "sleep 600").build());
    assertThatThrownBy(() -> job.await(Duration.ofMillis(1)))
        .isInstanceOf(AwaitTimeoutException.class);
    CompletableFuture<JobStatus> waiting = job.completion().toCompletableFuture();
    var log = job.logs(LogOptions.following());
    backend.close();
    assertThat(waiting)
        .failsWithin(LONG)
        .withThrowableThat()
        .havingCause()
        .isInstanceOf(BackendException.class);
    assertThat(log).isEmpty();
    try (LocalBackend other = open()) {
      assertThat(other.attach("on").status().phase().isFinal()).isFalse();
    }
  }
}
