package dev.windlass.kube.log;

import static dev.windlass.kube.log.LogServer.cutAfter;
import static dev.windlass.kube.log.LogServer.pod;
import static dev.windlass.kube.log.LogServer.silentAfter;
import static dev.windlass.kube.log.LogServer.status;
import static dev.windlass.kube.log.LogServer.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.windlass.core.backend.BackendException;
import dev.windlass.core.backend.LogLine;
import dev.windlass.core.backend.LogOptions;
import dev.windlass.core.backend.LogStream;
import dev.windlass.core.context.JobEnvironment;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class JobLogsTest {
  private static final String A = "2026-03-01T10:00:00.1Z a\n";
  private static final String B = "2026-03-01T10:00:00.1Z b\n";
  private static final String C = "2026-03-01T10:00:01.1Z c\n";
  private static final Timing FAST =
      new Timing(
          Duration.ofMillis(10),
          Duration.ofMillis(10),
          Duration.ofMillis(50),
          Duration.ofMillis(500),
          Duration.ofMillis(100),
          Duration.ofMillis(200),
          Duration.ofMillis(300),
          Duration.ofSeconds(20));

  private final Pods pods = new Pods();
  private LogServer server;
  private KubernetesClient client;
  private JobLogs logs;

  @TempDir private Path folder;

  /** Pods as a test sets them. */
  private static final class Pods implements PodSource {
    private volatile List<Pod> pods = List.of();
    private volatile boolean finished;

    @Override
    public List<Pod> pods() {
      return pods;
    }

    @Override
    public boolean finished() {
      return finished;
    }

    void set(boolean finished, Pod... pods) {
      this.pods = List.of(pods);
      this.finished = finished;
    }
  }

  @BeforeEach
  void start() {
    server = new LogServer();
    client = server.client();
    logs = new JobLogs(client, FAST);
  }

  @AfterEach
  void stop() {
    logs.close();
    client.close();
    server.close();
  }

  @Test
  void open_finishedJob_readsAttemptsInOrder() {
    pods.set(true, pod("p2", 2, JobPod.State.ENDED), pod("p1", 1, JobPod.State.ENDED));
    server.then(text(A + B), text(C));

    List<LogLine> lines = read(LogOptions.all());

    assertThat(lines).extracting(LogLine::text).containsExactly("a", "b", "c");
    assertThat(lines).extracting(LogLine::attempt).containsExactly(1, 1, 2);
    assertThat(lines).extracting(LogLine::stream).containsOnly(LogLine.Stream.OUTPUT);
  }

  @Test
  void follow_cutMidLineAndErrors_eachLineOnce() {
    pods.set(false, pod("p1", 1, JobPod.State.RUNNING));
    server
        .then(cutAfter(A + "2026-03-01T10:00:00.1Z "), status(500, "etcd"), status(503, "later"))
        .then(cutAfter(A + B + C.substring(0, 8)), cutAfter(""))
        .then(end(text(A + B + C)))
        .always(text(A + B + C));

    assertThat(read(LogOptions.following()))
        .extracting(LogLine::text)
        .containsExactly("a", "b", "c");
    assertThat(server.queries.get(0)).contains("follow=true").doesNotContain("sinceTime");
    assertThat(server.queries.get(1)).contains("sinceTime=2026-03-01T09:59:59Z");
    assertThat(server.queries.get(server.queries.size() - 1)).doesNotContain("follow");
  }

  @Test
  void follow_answerEndsBeforeTheLog_lastReadHasTheRest() {
    pods.set(false, pod("p1", 1, JobPod.State.RUNNING));
    server.then(end(text(A))).always(text(A + B + "2026-03-01T10:00:01.1Z no newline"));

    assertThat(read(LogOptions.following()))
        .extracting(LogLine::text)
        .containsExactly("a", "b", "no newline");
  }

  @Test
  void follow_silentPeer_endsWithTheContainer() {
    pods.set(false, pod("p1", 1, JobPod.State.RUNNING));
    server.then(end(silentAfter(A))).always(text(A + B));

    assertThat(read(LogOptions.following())).extracting(LogLine::text).containsExactly("a", "b");
  }

  @Test
  void follow_silentPeerWhileRunning_asksAgain() {
    pods.set(false, pod("p1", 1, JobPod.State.RUNNING));
    server.then(silentAfter(A), end(text(A + B))).always(text(A + B));

    assertThat(read(LogOptions.following())).extracting(LogLine::text).containsExactly("a", "b");
  }

  @Test
  void follow_containerCreating_waits() {
    pods.set(false, pod("p1", 1, JobPod.State.RUNNING));
    server
        .then(status(400, "container is waiting to start: ContainerCreating"), end(text(A)))
        .always(text(A));

    assertThat(read(LogOptions.following())).extracting(LogLine::text).containsExactly("a");
  }

  @Test
  void follow_podWaiting_asksNothingUntilItRuns() {
    pods.set(false, pod("p1", 1, JobPod.State.WAITING));
    server.always(text(A));
    try (LogStream stream = logs.open("ns", "job", pods, LogOptions.following())) {
      assertThat(stream.poll(Duration.ofMillis(100))).isEmpty();
      assertThat(server.queries).isEmpty();
      pods.set(true, pod("p1", 1, JobPod.State.ENDED));
      assertThat(all(stream)).extracting(LogLine::text).containsExactly("a");
    }
  }

  @Test
  void follow_podDeleted_notesWhatIsMissing() {
    pods.set(false, pod("p1", 1, JobPod.State.RUNNING));
    server.then(cutAfter(A), end(status(404, "pods p1 not found")));

    List<LogLine> lines = read(LogOptions.following());

    assertThat(lines).hasSize(2);
    assertThat(lines.get(1).stream()).isEqualTo(LogLine.Stream.NOTE);
    assertThat(lines.get(1).text()).contains("p1").contains("2026-03-01T10:00:00.100Z");
  }

  @Test
  void follow_nodeUnreachableAfterEnd_givesUpWithANote() {
    pods.set(true, pod("p1", 1, JobPod.State.ENDED));
    server.always(status(502, "no route to node"));

    List<LogLine> lines = read(LogOptions.following());

    assertThat(lines).hasSize(1);
    assertThat(lines.get(0).text()).contains("no route to node");
  }

  @Test
  void follow_serverRestarts_survives() {
    pods.set(false, pod("p1", 1, JobPod.State.RUNNING));
    int port = server.port();
    server.then(silentAfter(A));
    try (LogStream stream = logs.open("ns", "job", pods, LogOptions.following())) {
      assertThat(stream.poll(Duration.ofSeconds(5))).isPresent();
      server.close();
      pods.set(true, pod("p1", 1, JobPod.State.ENDED));
      // Longer than an ended container's log is asked for when the answers are errors.
      assertThat(stream.poll(FAST.giveUp().multipliedBy(2))).isEmpty();
      assertThat(stream.ended()).isFalse();
      server = new LogServer(port).always(text(A + B));
      assertThat(all(stream)).extracting(LogLine::text).containsExactly("b");
    }
  }

  @Test
  void follow_forbidden_saysWhichRight() {
    pods.set(true, pod("p1", 1, JobPod.State.ENDED));
    server.always(status(403, "pods is forbidden"));

    assertThatThrownBy(() -> read(LogOptions.following()))
        .isInstanceOf(BackendException.class)
        .hasMessageContaining("pods/log")
        .hasMessageContaining("forbidden");
  }

  /** As an API server answers that has just started, and has not read the roles yet. */
  @Test
  void follow_forbiddenForAMoment_readsOn() {
    pods.set(true, pod("p1", 1, JobPod.State.ENDED));
    server.then(status(403, "pods is forbidden"), status(401, "Unauthorized")).always(text(A + B));

    assertThat(read(LogOptions.following())).extracting(LogLine::text).containsExactly("a", "b");
  }

  @Test
  void open_serverRefusesConnections_failsInTime() {
    pods.set(true, pod("p1", 1, JobPod.State.ENDED));
    server.close();

    assertThatThrownBy(() -> read(LogOptions.all())).isInstanceOf(BackendException.class);
  }

  @Test
  void follow_tailAndProgress_lastPlainLinesThenTheRest() {
    pods.set(false, pod("p1", 1, JobPod.State.RUNNING));
    String progress =
        "2026-03-01T10:00:00.3Z "
            + JobEnvironment.PROGRESS_PREFIX
            + "{\"step\":1,\"total\":2,\"metrics\":{}}\n";
    server.then(text(A + B + progress), end(text(A + B + progress + C)));
    server.always(text(A + B + progress + C));
    List<LogLine> every = new CopyOnWriteArrayList<>();

    try (LogStream stream =
        logs.open("ns", "job", pods, LogOptions.following().tail(1), every::add)) {
      assertThat(all(stream)).extracting(LogLine::text).containsExactly("b", "c");
    }
    assertThat(every).hasSize(4);
  }

  @Test
  void open_keepIn_fileHasTheLines() throws IOException {
    pods.set(true, pod("p1", 1, JobPod.State.ENDED));
    server.always(text(A + C));
    Path file = folder.resolve("log");

    read(LogOptions.following().keepIn(file));

    assertThat(Files.readString(file))
        .isEqualTo("2026-03-01T10:00:00.100Z 1 OUTPUT a\n2026-03-01T10:00:01.100Z 1 OUTPUT c\n");
    assertThatThrownBy(() -> read(LogOptions.all().keepIn(folder.resolve("none/log"))))
        .isInstanceOf(BackendException.class);
  }

  @Test
  void close_whileReading_endsThreadsAndReader() {
    pods.set(false, pod("p1", 1, JobPod.State.RUNNING));
    server.always(silentAfter(A));
    LogStream stream = logs.open("ns", "closing", pods, LogOptions.following());
    assertThat(stream.poll(Duration.ofSeconds(5))).isPresent();

    stream.close();

    assertThat(stream.iterator().hasNext()).isFalse();
    await()
        .atMost(Duration.ofSeconds(2))
        .until(
            () ->
                Thread.getAllStackTraces().keySet().stream()
                    .noneMatch(t -> t.getName().equals("windlass-log-closing")));
  }

  /** The container ends, and with it the job, while this is answered. */
  private LogServer.Answer end(LogServer.Answer answer) {
    return exchange -> {
      pods.set(true, pod("p1", 1, JobPod.State.ENDED));
      answer.to(exchange);
    };
  }

  private List<LogLine> read(LogOptions options) {
    try (LogStream stream = logs.open("ns", "job", pods, options)) {
      return all(stream);
    }
  }

  private static List<LogLine> all(LogStream stream) {
    List<LogLine> lines = new ArrayList<>();
    stream.forEach(lines::add);
    assertThat(stream.ended()).isTrue();
    return lines;
  }
}
