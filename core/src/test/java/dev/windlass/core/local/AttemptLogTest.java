package dev.windlass.core.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.windlass.core.backend.LogLine;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AttemptLogTest {
  @TempDir Path folder;
  private AttemptFolder attempt;

  @BeforeEach
  void makeAttempt() {
    attempt = new AttemptFolder(folder, 1);
  }

  private static void write(Path file, byte[] bytes) throws IOException {
    Files.write(file, bytes, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  private static void write(Path file, String text) throws IOException {
    write(file, text.getBytes(StandardCharsets.UTF_8));
  }

  private static List<LogLine> drain(AttemptLog log) throws IOException {
    List<LogLine> lines = new ArrayList<>();
    for (var line = log.next(); line.isPresent(); line = log.next()) {
      lines.add(line.get());
    }
    return lines;
  }

  private static List<String> texts(List<LogLine> lines) {
    return lines.stream().map(LogLine::text).toList();
  }

  @Test
  void lines_areReadAsTheyGrow_withTheTimeOfTheirEnd() throws IOException {
    LogRecorder recorder = new LogRecorder(attempt);
    AttemptLog log = new AttemptLog(attempt);
    assertThat(log.next()).isEmpty();
    write(attempt.stdout(), "one\nhalf");
    recorder.record();
    assertThat(texts(drain(log))).containsExactly("one");
    write(attempt.stdout(), " and half\n\n");
    Files.setLastModifiedTime(
        attempt.stdout(), FileTime.from(Instant.parse("2100-01-01T00:00:00Z")));
    recorder.record();
    List<LogLine> rest = drain(log);
    assertThat(texts(rest)).containsExactly("half and half", "");
    assertThat(rest.get(0).time()).isEqualTo("2100-01-01T00:00:00Z");
    log.close();
  }

  @Test
  void aClockThatIsSetBack_makesNoTimeGoBack() throws IOException {
    LogRecorder recorder = new LogRecorder(attempt);
    write(attempt.stdout(), "later\n");
    Files.setLastModifiedTime(
        attempt.stdout(), FileTime.from(Instant.parse("2030-01-01T00:00:00Z")));
    recorder.record();
    write(attempt.stderr(), "earlier\n");
    Files.setLastModifiedTime(
        attempt.stderr(), FileTime.from(Instant.parse("2020-01-01T00:00:00Z")));
    // Another recorder, as after a killed supervisor, that was killed in the middle of a line.
    write(attempt.times(), "18934");
    new LogRecorder(attempt).record();
    assertThat(drain(new AttemptLog(attempt)))
        .extracting(LogLine::text, LogLine::time)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("later", Instant.parse("2030-01-01T00:00:00Z")),
            org.assertj.core.groups.Tuple.tuple("earlier", Instant.parse("2030-01-01T00:00:00Z")));
  }

  @Test
  void whatWasCutOff_isNoted() throws IOException {
    LogRecorder recorder = new LogRecorder(attempt);
    write(attempt.stdout(), "one\ntwo\n");
    recorder.record();
    Files.writeString(attempt.stdout(), "one\n");
    List<LogLine> lines = drain(new AttemptLog(attempt));
    assertThat(lines)
        .extracting(LogLine::stream)
        .containsExactly(LogLine.Stream.STDOUT, LogLine.Stream.NOTE);
    assertThat(lines.get(1).text()).contains("4 bytes");
  }

  @Test
  void aLineWithoutEnd_comesInPieces_andBadBytesAreReplaced() throws IOException {
    write(attempt.stdout(), "x".repeat(3_000_000));
    write(attempt.stderr(), new byte[] {'a', (byte) 0xff, '\n'});
    new LogRecorder(attempt).record();
    AttemptLog log = new AttemptLog(attempt);
    List<LogLine> lines = drain(log);
    for (var line = log.rest(); line.isPresent(); line = log.rest()) {
      lines.add(line.get());
    }
    String all =
        String.join(
            "",
            lines.stream()
                .filter(l -> l.stream() == LogLine.Stream.STDOUT)
                .map(LogLine::text)
                .toList());
    assertThat(all).hasSize(3_000_000);
    assertThat(lines).hasSizeBetween(4, 5);
    assertThat(texts(lines)).contains("a\uFFFD");
  }

  @Test
  void aLineThatComesInPieces_isCutBetweenCharacters() throws IOException {
    String text = "ab" + "\u4e16\ud83d\ude00\u00e9".repeat(300_000);
    write(attempt.stdout(), text + "\n");
    new LogRecorder(attempt).record();
    try (AttemptLog log = new AttemptLog(attempt)) {
      List<String> pieces = texts(drain(log));
      assertThat(pieces).hasSizeGreaterThan(1);
      assertThat(String.join("", pieces).equals(text)).isTrue();
    }
  }

  @Test
  void whoReadsWhileTheNextRecorderComes_losesNothing() throws IOException {
    write(attempt.stdout(), "one\n");
    LogRecorder killed = new LogRecorder(attempt);
    killed.record();
    // It was killed in the middle of a line, and that half is read already.
    write(attempt.times(), "1700000000000000 o 1234");
    try (AttemptLog log = new AttemptLog(attempt)) {
      assertThat(texts(drain(log))).containsExactly("one");
      LogRecorder next = new LogRecorder(attempt);
      write(attempt.stdout(), "two\n");
      next.record();
      assertThat(texts(drain(log))).containsExactly("two");
    }
  }

  @Property(tries = 50)
  void everyLineComesOnce_howeverItIsWritten(@ForAll long seed) throws IOException {
    Random random = new Random(seed);
    Path own = Files.createTempDirectory("attempt-log");
    AttemptFolder growing = new AttemptFolder(own, 1);
    LogRecorder recorder = new LogRecorder(growing);
    AttemptLog log = new AttemptLog(growing);
    StringBuilder written = new StringBuilder();
    List<String> read = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      String piece = "äb".repeat(random.nextInt(4)) + (random.nextBoolean() ? "\n" : "");
      written.append(piece);
      write(growing.stdout(), piece);
      if (random.nextBoolean()) {
        recorder = random.nextInt(5) == 0 ? new LogRecorder(growing) : recorder;
        recorder.record();
      }
      if (random.nextBoolean()) {
        read.addAll(texts(drain(log)));
      }
    }
    recorder.record();
    read.addAll(texts(drain(log)));
    log.rest().ifPresent(l -> read.add(l.text()));
    log.close();
    FolderTree.delete(own);
    assertThat(read).isEqualTo(written.toString().lines().toList());
  }
}
