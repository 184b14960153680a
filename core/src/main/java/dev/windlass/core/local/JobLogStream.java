package dev.windlass.core.local;

import dev.windlass.core.backend.BackendException;
import dev.windlass.core.backend.JobEvent;
import dev.windlass.core.backend.LogLine;
import dev.windlass.core.backend.LogOptions;
import dev.windlass.core.backend.LogStream;
import dev.windlass.core.backend.ProgressLine;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** The log of a job, attempt after attempt, read from its folder. */
final class JobLogStream implements LogStream {
  private static final long LOOK_MILLIS = 30;
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  private final JobFolder folder;
  private final String id;
  private final LogOptions options;
  private final BooleanSupplier backendClosed;
  private final Deque<LogLine> tail = new ArrayDeque<>();
  private final Iterator<LogLine> iterator = new Lines();
  private final @Nullable BufferedWriter kept;
  private final Object closing = new Object();

  /** While true, only what was there at the call is read, however fast the program writes. */
  private boolean snapshot;

  private final int lastNumber;
  private final boolean lastComplete;
  private final long lastEnd;

  private AttemptLog reading;
  private int number = 1;
  private boolean gone;
  private boolean ended;
  private boolean closed;
  private long nextCheck = System.nanoTime();

  JobLogStream(JobFolder folder, String id, LogOptions options, BooleanSupplier backendClosed)
      throws IOException {
    this.folder = folder;
    this.id = id;
    this.options = options;
    this.backendClosed = backendClosed;
    snapshot = !options.follow() || options.tail().isPresent();
    lastNumber = folder.lastAttempt().number();
    lastComplete = isComplete(lastNumber);
    Path times = folder.attempt(lastNumber).times();
    lastEnd = Files.exists(times) ? Files.size(times) : 0;
    reading = open(1);
    if (options.tail().isPresent()) {
      readTail(options.tail().getAsInt());
    }
    kept = options.keepIn().isPresent() ? openKept(options.keepIn().get()) : null;
  }

  private AttemptLog open(int attempt) {
    long end = snapshot && attempt == lastNumber ? lastEnd : Long.MAX_VALUE;
    return new AttemptLog(folder.attempt(attempt), end);
  }

  private void readTail(int most) throws IOException {
    for (var line = fetch(); line.isPresent(); line = fetch()) {
      tail.add(line.get());
      if (tail.size() > most) {
        tail.removeFirst();
      }
    }
    if (options.follow()) {
      snapshot = false;
      ended = false;
      reading.thaw();
    }
  }

  private BufferedWriter openKept(Path file) {
    try {
      return Files.newBufferedWriter(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw cannotKeep(file, e);
    }
  }

  /** The next line that is wanted, if there is one now. */
  private Optional<LogLine> fetch() throws IOException {
    while (!ended) {
      boolean last = snapshot && number == lastNumber;
      Optional<LogLine> line = reading.next();
      if (line.isEmpty()) {
        // Asked in this order, or what is written in between would be missed.
        boolean complete = last ? lastComplete : isComplete(number);
        line = reading.next();
        if (line.isEmpty() && complete) {
          line = reading.rest();
        }
        if (line.isEmpty()) {
          if (!complete && !last) {
            return Optional.empty();
          }
          line = next(last);
        }
      }
      if (line.filter(this::isWanted).isPresent()) {
        return line;
      }
    }
    return Optional.empty();
  }

  /** Goes on to the next attempt, or ends. */
  private Optional<LogLine> next(boolean last) throws IOException {
    if (!last && !gone && folder.attempt(number + 1).exists()) {
      reading.close();
      reading = open(++number);
      return Optional.empty();
    }
    ended = true;
    return gone
        ? Optional.of(
            new LogLine(
                Instant.now(),
                number,
                0,
                LogLine.Stream.NOTE,
                "the job was deleted; what it wrote after this is lost"))
        : Optional.empty();
  }

  /** Whether no more will come of that attempt. */
  private boolean isComplete(int attempt) throws IOException {
    if (folder.attempt(attempt + 1).exists()
        || folder.latest().filter(s -> s.phase().isFinal()).isPresent()) {
      return true;
    }
    gone = !folder.isOf(id);
    return gone;
  }

  private boolean isWanted(LogLine line) {
    return line.stream() == LogLine.Stream.NOTE
        || (progress(line).isEmpty() && options.since().filter(line.time()::isBefore).isEmpty());
  }

  /** The progress that a line reports, if it does. */
  static Optional<JobEvent.Progress> progress(LogLine line) {
    return line.stream() == LogLine.Stream.STDOUT ? ProgressLine.parse(line) : Optional.empty();
  }

  @Override
  public Optional<LogLine> poll(Duration timeout) {
    long giveUpAt = System.nanoTime() + LocalJob.nanos(timeout);
    try {
      while (true) {
        Optional<LogLine> line = take();
        if (line.isPresent() || ended()) {
          return line;
        }
        long left = giveUpAt - System.nanoTime();
        if (left <= 0) {
          return Optional.empty();
        }
        if (System.nanoTime() - nextCheck >= 0) {
          nextCheck = System.nanoTime() + SECOND;
          SupervisorProcess.ensure(folder);
        }
        synchronized (closing) {
          if (!closed) {
            closing.wait(Math.max(1, Math.min(LOOK_MILLIS, left / 1_000_000)));
          }
        }
      }
    } catch (IOException e) {
      throw new BackendException(
          "reading the log of job '" + folder.name() + "'",
          e.toString(),
          "Check the folder " + folder.path() + " and its rights",
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BackendException(
          "reading the log of job '" + folder.name() + "'",
          "this thread was interrupted",
          "Read it again if it is still wanted",
          e);
    }
  }

  private Optional<LogLine> take() throws IOException {
    Optional<LogLine> line;
    synchronized (closing) {
      if (closed || backendClosed.getAsBoolean()) {
        return Optional.empty();
      }
      line = tail.isEmpty() ? fetch() : Optional.of(tail.removeFirst());
      if (line.isPresent() && kept != null) {
        keep(line.get(), kept);
      }
    }
    return line;
  }

  private void keep(LogLine line, BufferedWriter to) {
    try {
      to.write(line.time() + " " + line.attempt() + " " + line.stream() + " " + line.text() + "\n");
      to.flush();
    } catch (IOException e) {
      throw cannotKeep(options.keepIn().orElseThrow(), e);
    }
  }

  private static BackendException cannotKeep(Path file, IOException e) {
    return new BackendException(
        "keeping a log in " + file,
        e.toString(),
        "Give a file in a folder that exists, can be written and has room",
        e);
  }

  @Override
  public boolean ended() {
    synchronized (closing) {
      return closed || backendClosed.getAsBoolean() || (ended && tail.isEmpty());
    }
  }

  @Override
  public Iterator<LogLine> iterator() {
    return iterator;
  }

  @Override
  public void close() {
    synchronized (closing) {
      closed = true;
      closing.notifyAll();
      try {
        reading.close();
        if (kept != null) {
          kept.close();
        }
      } catch (IOException e) {
        throw cannotKeep(options.keepIn().orElse(folder.path()), e);
      }
    }
  }

  /** The one iterator. */
  private final class Lines implements Iterator<LogLine> {
    private Optional<LogLine> next = Optional.empty();

    @Override
    public boolean hasNext() {
      while (next.isEmpty() && !ended()) {
        next = poll(Duration.ofDays(1));
      }
      return next.isPresent();
    }

    @Override
    public LogLine next() {
      if (!hasNext()) {
        throw new NoSuchElementException("The log has ended");
      }
      LogLine line = next.orElseThrow();
      next = Optional.empty();
      return line;
    }
  }
}
