package dev.windlass.core.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.windlass.core.backend.Attempt;
import dev.windlass.core.backend.EventLog;
import dev.windlass.core.backend.JobEvent.StatusChanged;
import dev.windlass.core.backend.JobStatus;
import dev.windlass.core.backend.Phase;
import dev.windlass.core.backend.Reason;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FollowingTest {
  private static final Instant START = Instant.parse("2026-11-24T20:00:00Z");

  @TempDir Path home;

  @Test
  void manyListenersThatAreBusy_holdUpNobody() throws InterruptedException {
    CountDownLatch free = new CountDownLatch(1);
    CountDownLatch told = new CountDownLatch(1);
    try (Following following = new Following()) {
      for (int i = 0; i < 100; i++) {
        EventLog events = following.newLog();
        events.add(new StatusChanged(START, status("busy", Phase.QUEUED)));
        var unused = events.subscribe(e -> await(free));
      }
      EventLog events = following.newLog();
      events.add(new StatusChanged(START, status("other", Phase.QUEUED)));
      var unused = events.subscribe(e -> told.countDown());
      assertThat(told.await(30, TimeUnit.SECONDS)).isTrue();
    } finally {
      free.countDown();
    }
  }

  @Test
  void aJobThatWritesMuch_isReadInTurns_andToTheEnd() throws IOException {
    JobFolder folder = new JobFolder(Files.createDirectories(home.resolve("jobs/loud")));
    Submission submission = new Submission("id", "digest", START, 0, List.of(), Optional.empty());
    Files.writeString(folder.path().resolve("submission.json"), submission.toJson());
    AttemptFolder attempt = folder.attempt(1);
    attempt.create();
    int reports = 500_000;
    try (OutputStream out = Files.newOutputStream(attempt.stdout())) {
      byte[] line = "an ordinary line\n".getBytes(StandardCharsets.UTF_8);
      for (int i = 0; i < reports; i++) {
        out.write(line);
      }
      out.write(
          "::windlass-progress:: {\"step\":7,\"total\":9}\n".getBytes(StandardCharsets.UTF_8));
    }
    new LogRecorder(attempt).record();
    folder.append(new StatusChanged(START, status("loud", Phase.RUNNING)));
    folder.append(new StatusChanged(START, status("loud", Phase.SUCCEEDED)));
    EventLog events = new EventLog(Runnable::run);
    StringBuilder told = new StringBuilder();
    events.subscribe(
        e ->
            told.append(e instanceof StatusChanged c ? c.status().phase() : "progress")
                .append(' '));

    JobFollower follower = new JobFollower(folder, "id", status("loud", Phase.QUEUED), events);
    int turns = 1;
    while (follower.look() == JobFollower.Found.MORE) {
      turns++;
    }
    assertThat(turns).isGreaterThan(1);
    assertThat(told.toString()).isEqualTo("RUNNING progress SUCCEEDED ");
  }

  private static JobStatus status(String name, Phase phase) {
    Optional<Instant> end = phase.isFinal() ? Optional.of(START) : Optional.empty();
    Attempt attempt =
        new Attempt(
            1,
            0,
            Optional.empty(),
            Optional.empty(),
            Optional.of(START),
            end,
            OptionalInt.empty(),
            Reason.NONE,
            "");
    return new JobStatus(
        name, phase, Reason.NONE, "", "", START, Optional.of(START), end, List.of(attempt));
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
