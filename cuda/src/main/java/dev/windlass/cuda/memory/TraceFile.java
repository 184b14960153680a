package dev.windlass.cuda.memory;

import dev.windlass.core.WindlassException;
import dev.windlass.cuda.memory.TraceEvent.Action;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Allocation traces in the form that RAPIDS' memory manager RMM logs and replays: CSV with the
 * columns {@code Thread,Time,Action,Pointer,Size,Stream}.
 *
 * <p>Written as RMM's logging adaptor writes: {@code 1234,13:05:59.000042,allocate,0x7f00,256,0},
 * the stream 0 or in hexadecimal. Read as RMM's older releases wrote, too: columns in any order,
 * {@code (nil)} or {@code 0x0} for no pointer, {@code :} before the microseconds, the stream in
 * decimal. A time that goes back by more than 12 hours has passed midnight.
 */
public final class TraceFile {
  static final String HEADER = "Thread,Time,Action,Pointer,Size,Stream";

  private static final Logger LOG = LoggerFactory.getLogger(TraceFile.class);
  private static final long DAY = TimeUnit.DAYS.toMicros(1);

  private TraceFile() {}

  /**
   * Reads a trace. A last line that has no end is what a killed process leaves: it is left out,
   * with a warning in the log.
   *
   * @throws WindlassException naming the line, if it is not of the form
   * @throws UncheckedIOException if the file cannot be read
   */
  public static List<TraceEvent> read(Path file) {
    try (BufferedReader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      return read(reader, file.toString());
    } catch (IOException e) {
      throw new UncheckedIOException("Reading trace " + file, e);
    }
  }

  /** Writes a trace. */
  public static void write(Path file, Iterable<TraceEvent> events) {
    try (Writer writer = Files.newBufferedWriter(file, StandardCharsets.UTF_8)) {
      writer.write(HEADER + "\n");
      for (TraceEvent e : events) {
        writer.write(line(e));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Writing trace " + file, e);
    }
  }

  static String line(TraceEvent e) {
    long micros = e.micros() % DAY;
    StringBuilder line = new StringBuilder(96).append(e.thread()).append(',');
    padded(line, micros / 3_600_000_000L, 10).append(':');
    padded(line, micros / 60_000_000 % 60, 10).append(':');
    padded(line, micros / 1_000_000 % 60, 10).append('.');
    padded(line, micros % 1_000_000, 100_000).append(',').append(e.action().word).append(',');
    line.append(e.pointer() == 0 ? "(nil)" : "0x" + Long.toHexString(e.pointer()));
    line.append(',').append(e.bytes()).append(',');
    line.append(e.stream() == 0 ? "0" : "0x" + Long.toHexString(e.stream()));
    return line.append('\n').toString();
  }

  /** A number with zeros before it, as many digits as the power of ten has. */
  private static StringBuilder padded(StringBuilder line, long number, long power) {
    for (long p = power; p > number && p > 1; p /= 10) {
      line.append('0');
    }
    return line.append(number);
  }

  private static List<TraceEvent> read(Reader reader, String name) throws IOException {
    Lines lines = new Lines(reader);
    String header = lines.next();
    if (header == null) {
      throw bad(name, 1, "there is no line with the columns' names", "");
    }
    List<String> columns = Arrays.stream(header.split(",", -1)).map(String::strip).toList();
    int[] at = new int[6];
    String[] wanted = HEADER.split(",", -1);
    for (int i = 0; i < wanted.length; i++) {
      at[i] = columns.indexOf(wanted[i]);
      if (at[i] < 0) {
        throw bad(name, 1, "column " + wanted[i] + " is missing", header);
      }
    }
    List<TraceEvent> events = new ArrayList<>();
    long days = 0;
    long before = 0;
    for (String line = lines.next(); line != null; line = lines.next()) {
      if (line.isBlank()) {
        continue;
      }
      String[] cells = line.split(",", -1);
      try {
        if (cells.length != columns.size()) {
          throw new IllegalArgumentException(
              "there are " + cells.length + " values for " + columns.size() + " columns");
        }
        long time = time(cells[at[1]].strip());
        if (time < before - DAY / 2) {
          days++;
        }
        before = time;
        events.add(
            new TraceEvent(
                number("Thread", cells[at[0]]),
                days * DAY + time,
                action(cells[at[2]].strip()),
                pointer(cells[at[3]].strip()),
                number("Size", cells[at[4]]),
                stream(cells[at[5]].strip())));
      } catch (IllegalArgumentException e) {
        throw bad(name, lines.number, String.valueOf(e.getMessage()), line);
      }
    }
    return List.copyOf(events);
  }

  private static WindlassException bad(String name, long line, String problem, String text) {
    String shown = text.length() <= 120 ? text : text.substring(0, 120) + "...";
    return new WindlassException(
        "reading trace " + name + ", line " + line,
        problem + (shown.isEmpty() ? "" : ": '" + shown + "'"),
        "A trace is CSV with the columns " + HEADER + ", as RMM's logging adaptor writes it");
  }

  private static Action action(String text) {
    for (Action action : Action.values()) {
      if (action.word.equals(text)) {
        return action;
      }
    }
    throw new IllegalArgumentException(
        "Action is not allocate, free or allocate failure but '" + text + "'");
  }

  private static long number(String column, String text) {
    try {
      long n = Long.parseLong(text.strip());
      if (n >= 0) {
        return n;
      }
    } catch (NumberFormatException e) {
      // The same error as for a negative number.
    }
    throw new IllegalArgumentException(column + " is not a number from 0 on");
  }

  private static long pointer(String text) {
    return text.equals("(nil)") ? 0 : hexadecimal("Pointer", text);
  }

  private static long stream(String text) {
    return text.startsWith("0x") ? hexadecimal("Stream", text) : number("Stream", text);
  }

  private static long hexadecimal(String column, String text) {
    try {
      return Long.parseUnsignedLong(text.startsWith("0x") ? text.substring(2) : text, 16);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(column + " is not a hexadecimal number", e);
    }
  }

  private static long time(String text) {
    String[] parts = text.split("[:.]", -1);
    try {
      if (parts.length == 4 && parts[3].length() == 6) {
        long h = Integer.parseInt(parts[0]);
        long m = Integer.parseInt(parts[1]);
        long s = Integer.parseInt(parts[2]);
        long micros = Integer.parseInt(parts[3]);
        if (h >= 0 && h < 24 && m >= 0 && m < 60 && s >= 0 && s < 60 && micros >= 0) {
          return ((h * 60 + m) * 60 + s) * 1_000_000 + micros;
        }
      }
    } catch (NumberFormatException e) {
      // The same error as for a number that no clock shows.
    }
    throw new IllegalArgumentException("Time is not of the form 23:59:59.999999");
  }

  /** Lines that have an end. */
  private static final class Lines {
    private final Reader reader;
    long number;

    Lines(Reader reader) {
      this.reader = reader;
    }

    @Nullable String next() throws IOException {
      StringBuilder line = new StringBuilder(80);
      number++;
      for (int c = reader.read(); c != -1; c = reader.read()) {
        if (c == '\n') {
          if (!line.isEmpty() && line.charAt(line.length() - 1) == '\r') {
            line.setLength(line.length() - 1);
          }
          return line.toString();
        }
        line.append((char) c);
      }
      if (!line.isEmpty()) {
        LOG.warn("Line {} of the trace has no end and is left out: '{}'", number, line);
      }
      return null;
    }
  }
}
