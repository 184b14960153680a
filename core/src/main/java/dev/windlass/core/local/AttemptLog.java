package dev.windlass.core.local;

import dev.windlass.core.backend.LogLine;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads what an attempt wrote, as lines with their times, while it grows or after. Only what {@code
 * times} tells of is read. For one thread.
 */
final class AttemptLog implements Closeable {
  /** A line that is longer comes in pieces of about this many bytes. */
  private static final int MAX_LINE = 1 << 20;

  private final AttemptFolder attempt;
  private final Deque<LogLine> ready = new ArrayDeque<>();
  private final Source stdout;
  private final Source stderr;
  private final byte[] buffer = new byte[16 * 1024];
  private @Nullable RandomAccessFile times;
  private final ByteArrayOutputStream timeLine = new ByteArrayOutputStream();
  private @Nullable LogTime current;
  private long timesEnd;
  private long timesPosition;
  private int bufferedTimes;
  private int bufferedTimesNext;
  private final byte[] timesBuffer = new byte[4096];

  /** A reader of all that is there and comes. */
  AttemptLog(AttemptFolder attempt) {
    this(attempt, Long.MAX_VALUE);
  }

  /** A reader of what the first so many bytes of {@code times} tell of, until {@link #thaw}. */
  AttemptLog(AttemptFolder attempt, long timesEnd) {
    this.attempt = attempt;
    this.timesEnd = timesEnd;
    this.stdout = new Source(attempt.stdout(), LogLine.Stream.STDOUT);
    this.stderr = new Source(attempt.stderr(), LogLine.Stream.STDERR);
  }

  /** Lets it read what came later. */
  void thaw() {
    timesEnd = Long.MAX_VALUE;
  }

  /** The next line that is complete, if there is one now. */
  Optional<LogLine> next() throws IOException {
    while (ready.isEmpty()) {
      if (current == null) {
        current = nextTime().orElse(null);
        if (current == null) {
          return Optional.empty();
        }
      }
      Source source = current.isStderr() ? stderr : stdout;
      if (source.position >= current.end()) {
        current = null;
      } else {
        source.read(current);
      }
    }
    return Optional.of(ready.removeFirst());
  }

  /** What is left without an end of line; to be asked for once no more will come. */
  Optional<LogLine> rest() {
    stdout.flush();
    stderr.flush();
    return Optional.ofNullable(ready.pollFirst());
  }

  private Optional<LogTime> nextTime() throws IOException {
    if (times == null) {
      if (!Files.exists(attempt.times())) {
        return Optional.empty();
      }
      times = new RandomAccessFile(attempt.times().toFile(), "r");
    }
    while (true) {
      while (bufferedTimesNext < bufferedTimes) {
        byte b = timesBuffer[bufferedTimesNext++];
        if (b != '\n') {
          timeLine.write(b);
          continue;
        }
        Optional<LogTime> time = LogTime.parse(timeLine.toString(StandardCharsets.UTF_8));
        timeLine.reset();
        if (time.isPresent()) {
          return time;
        }
      }
      int most = (int) Math.min(timesBuffer.length, timesEnd - timesPosition);
      times.seek(timesPosition);
      int count = most <= 0 ? 0 : Math.max(0, times.read(timesBuffer, 0, most));
      if (count == 0) {
        return Optional.empty();
      }
      timesPosition += count;
      bufferedTimes = count;
      bufferedTimesNext = 0;
    }
  }

  @Override
  public void close() throws IOException {
    stdout.close();
    stderr.close();
    if (times != null) {
      times.close();
    }
  }

  /** How many of the bytes are whole characters of UTF-8; a last one may have been cut. */
  private static int wholeCharacters(byte[] bytes) {
    int last = bytes.length - 1;
    while (last > bytes.length - 4 && (bytes[last] & 0xc0) == 0x80) {
      last--;
    }
    int first = bytes[last] & 0xff;
    int length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
    return last + length > bytes.length ? last : bytes.length;
  }

  /** One of the two files. */
  private final class Source implements Closeable {
    private final Path path;
    private final LogLine.Stream stream;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private @Nullable RandomAccessFile file;
    private @Nullable LogTime time;
    private long position;

    Source(Path path, LogLine.Stream stream) {
      this.path = path;
      this.stream = stream;
    }

    void read(LogTime until) throws IOException {
      time = until;
      int count = 0;
      if (file == null && Files.exists(path)) {
        file = new RandomAccessFile(path.toFile(), "r");
      }
      if (file != null) {
        file.seek(position);
        count = file.read(buffer, 0, (int) Math.min(buffer.length, until.end() - position));
      }
      if (count <= 0) {
        flush();
        long missing = until.end() - position;
        add(LogLine.Stream.NOTE, until, missing + " bytes are missing here: " + path + " was cut");
        position = until.end();
        return;
      }
      position += count;
      int start = 0;
      for (int i = 0; i < count; i++) {
        if (buffer[i] == '\n') {
          line.write(buffer, start, i - start);
          add(stream, until, take());
          start = i + 1;
        }
      }
      line.write(buffer, start, count - start);
      if (line.size() >= MAX_LINE) {
        byte[] piece = line.toByteArray();
        int whole = wholeCharacters(piece);
        add(stream, until, new String(piece, 0, whole, StandardCharsets.UTF_8));
        line.reset();
        line.write(piece, whole, piece.length - whole);
      }
    }

    void flush() {
      if (line.size() > 0 && time != null) {
        add(stream, time, take());
      }
    }

    private String take() {
      String text = line.toString(StandardCharsets.UTF_8);
      line.reset();
      return text;
    }

    private void add(LogLine.Stream kind, LogTime at, String text) {
      ready.add(new LogLine(at.instant(), attempt.number(), 0, kind, text));
    }

    @Override
    public void close() throws IOException {
      if (file != null) {
        file.close();
      }
    }
  }
}
