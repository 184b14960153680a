package dev.windlass.kube.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.windlass.core.backend.LogLine;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class LogAssemblerTest {
  private static final Instant START = Instant.parse("2026-03-01T10:00:00.500Z");

  private final List<LogLine> out = new ArrayList<>();

  /** A log as the node holds it; asked for from a whole second on. */
  private static String from(List<StampedLine> log, Optional<Instant> since) {
    return log.stream()
        .filter(l -> since.isEmpty() || !l.time().isBefore(since.get()))
        .map(l -> l.time() + " " + l.text() + "\n")
        .collect(Collectors.joining());
  }

  private static List<StampedLine> randomLog(Random random, int size) {
    List<StampedLine> log = new ArrayList<>();
    Instant time = START;
    for (int i = 0; i < size; i++) {
      int kind = random.nextInt(10);
      // Often the very same time and text, now and then a jump, now and then a little backwards.
      time = time.plusMillis(kind < 5 ? 0 : kind < 8 ? random.nextInt(400) : kind == 8 ? 2500 : -1);
      String text = random.nextBoolean() ? "same" : "é" + "x".repeat(random.nextInt(40));
      log.add(new StampedLine(time, text));
    }
    return log;
  }

  @Property(tries = 500)
  void feed_anyChunksAndDisconnects_eachLineOnce(
      @ForAll long seed,
      @ForAll @IntRange(max = 60) int size,
      @ForAll @IntRange(max = 6) int cuts) {
    Random random = new Random(seed);
    List<StampedLine> log = randomLog(random, size);
    List<LogLine> got = new ArrayList<>();
    LogAssembler lines = new LogAssembler(1, 0, Optional.empty(), 1000, got::add);

    int written = 0;
    for (int i = 0; i < cuts; i++) {
      written += random.nextInt(size - written + 1);
      byte[] answer = bytes(from(log.subList(0, written), lines.begin()));
      feed(lines, random, answer, random.nextInt(answer.length + 1));
      lines.interrupt();
    }
    byte[] last = bytes(from(log, lines.begin()));
    feed(lines, random, last, last.length);
    lines.finish();

    assertThat(got).extracting(l -> new StampedLine(l.time(), l.text())).isEqualTo(log);
    assertThat(got).extracting(LogLine::stream).doesNotContain(LogLine.Stream.NOTE);
  }

  @Property(tries = 200)
  void feed_tooLongLinesAndDisconnects_samePieces(
      @ForAll long seed, @ForAll @IntRange(max = 6) int cuts) {
    Random random = new Random(seed);
    List<StampedLine> log = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      log.add(new StampedLine(START.plusMillis(i), "é€😀z".repeat(random.nextInt(60))));
    }
    byte[] answer = bytes(from(log, Optional.empty()));
    List<LogLine> got = new ArrayList<>();
    LogAssembler lines = new LogAssembler(1, 0, Optional.empty(), 100, got::add);
    for (int i = 0; i < cuts; i++) {
      lines.begin();
      feed(lines, random, answer, random.nextInt(answer.length + 1));
      lines.interrupt();
    }
    lines.begin();
    feed(lines, random, answer, answer.length);
    lines.finish();

    String text =
        got.stream()
            .filter(l -> l.stream() != LogLine.Stream.NOTE)
            .map(LogLine::text)
            .collect(Collectors.joining());
    assertThat(text).isEqualTo(log.stream().map(StampedLine::text).collect(Collectors.joining()));
    assertThat(got).allMatch(l -> l.text().length() <= 100);
  }

  @Test
  void feed_rotatedBeyondTheLastLine_saysSoOnce() {
    LogAssembler lines = assembler(Optional.empty());
    read(lines, "2026-03-01T10:00:00.1Z a\n2026-03-01T10:00:00.2Z b\n");
    read(lines, "2026-03-01T10:00:00.5Z e\n2026-03-01T10:00:00.6Z f\n");

    assertThat(out).extracting(LogLine::text).hasSize(5).contains("a", "b", "e", "f");
    assertThat(out.get(2).stream()).isEqualTo(LogLine.Stream.NOTE);
    assertThat(out.get(2).text()).contains("rotated").contains("10:00:00.200Z");
  }

  @Test
  void feed_rotatedButOverlapping_noNote() {
    LogAssembler lines = assembler(Optional.empty());
    read(lines, "2026-03-01T10:00:00.1Z a\n2026-03-01T10:00:00.2Z b\n");
    read(lines, "2026-03-01T10:00:00.2Z b\n2026-03-01T10:00:00.6Z f\n");

    assertThat(out).extracting(LogLine::text).containsExactly("a", "b", "f");
  }

  @Test
  void finish_lastLineGoneAndNothingNew_saysSo() {
    LogAssembler lines = assembler(Optional.empty());
    read(lines, "2026-03-01T10:00:00.1Z a\n");
    lines.begin();
    lines.finish();

    assertThat(out).hasSize(2);
    assertThat(out.get(1).stream()).isEqualTo(LogLine.Stream.NOTE);
  }

  @Test
  void feed_since_leavesOutWhatWasBefore() {
    LogAssembler lines = assembler(Optional.of(Instant.parse("2026-03-01T10:00:00.150Z")));
    assertThat(lines.begin()).contains(Instant.parse("2026-03-01T10:00:00Z"));
    lines.feed(ByteBuffer.wrap(bytes("2026-03-01T10:00:00.1Z a\n2026-03-01T10:00:00.2Z b\n")));
    lines.finish();

    assertThat(out).extracting(LogLine::text).containsExactly("b");
  }

  @Test
  void feed_kubeletRefusesInText_isNoLine() {
    LogAssembler lines = assembler(Optional.empty());
    read(lines, "unable to retrieve container logs for containerd://4711");

    assertThat(out).isEmpty();
    assertThat(lines.refusal()).isPresent();
    lines.begin();
    assertThat(lines.refusal()).isEmpty();
  }

  @Test
  void feed_longLine_noteAfterItsFirstPiece() {
    LogAssembler lines = new LogAssembler(1, 0, Optional.empty(), 40, out::add);
    read(lines, "2026-03-01T10:00:00.1Z " + "y".repeat(30) + "\n");

    assertThat(out)
        .extracting(LogLine::stream)
        .containsExactly(LogLine.Stream.OUTPUT, LogLine.Stream.NOTE, LogLine.Stream.OUTPUT);
  }

  @Test
  void feed_invalidUtf8_isReplaced() {
    LogAssembler lines = assembler(Optional.empty());
    lines.begin();
    lines.feed(ByteBuffer.wrap(bytes("2026-03-01T10:00:00.1Z a")));
    lines.feed(ByteBuffer.wrap(new byte[] {(byte) 0xFF, 'b', '\r', '\n'}));
    lines.finish();

    assertThat(out).extracting(LogLine::text).containsExactly("a\uFFFDb");
  }

  @Test
  void parse_oddTimes_areReadOrRefused() {
    assertThat(StampedLine.parse("2026-03-01T12:00:00.5+02:00 x y"))
        .contains(new StampedLine(Instant.parse("2026-03-01T10:00:00.5Z"), "x y"));
    assertThat(StampedLine.parse("2026-03-01T10:00:00Z"))
        .contains(new StampedLine(Instant.parse("2026-03-01T10:00:00Z"), ""));
    assertThat(StampedLine.parse("2026-03-01T99:00:00Z x")).isEmpty();
    assertThat(StampedLine.parse("")).isEmpty();
  }

  private LogAssembler assembler(Optional<Instant> since) {
    return new LogAssembler(1, 0, since, 1000, out::add);
  }

  private static void read(LogAssembler lines, String answer) {
    lines.begin();
    lines.feed(ByteBuffer.wrap(bytes(answer)));
    lines.finish();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static void feed(LogAssembler lines, Random random, byte[] answer, int length) {
    int at = 0;
    while (at < length) {
      int count = Math.min(length - at, 1 + random.nextInt(50));
      lines.feed(ByteBuffer.wrap(answer, at, count));
      at += count;
    }
  }
}
