package dev.windlass.kube.log;

import dev.windlass.core.backend.BackendException;
import dev.windlass.core.backend.LogLine;
import dev.windlass.core.backend.LogStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The lines between the threads that read a log and the one that takes it. A reader that is ahead
 * waits, so that a slow taker costs a bounded amount of memory.
 */
final class LogQueue implements LogStream {
  /** Characters that may wait to be taken; a line counts 64 more. */
  private static final long CAPACITY = 16L << 20;

  private static final long LINE_OVERHEAD = 64L;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Deque<LogLine> lines = new ArrayDeque<>();
  private final Iterator<LogLine> iterator = new Lines();
  private final Runnable onClose;
  private long weight;
  private boolean finished;
  private boolean closed;
  private @Nullable BackendException failure;

  /**
   * An empty queue.
   *
   * @param onClose stops the threads that fill it
   */
  LogQueue(Runnable onClose) {
    this.onClose = onClose;
  }

  /**
   * Adds a line once there is room.
   *
   * @throws StoppedException if nobody will take it
   */
  void put(LogLine line) {
    try {
      lock.lockInterruptibly();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoppedException();
    }
    try {
      while (weight > CAPACITY && !closed) {
        changed.await();
      }
      if (closed) {
        throw new StoppedException();
      }
      lines.add(line);
      weight += weigh(line);
      changed.signalAll();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoppedException();
    } finally {
      lock.unlock();
    }
  }

  /** No more lines will come. */
  void finish() {
    end(null);
  }

  /** No more lines will come, for this reason; only the first reason counts. */
  void fail(BackendException why) {
    end(why);
  }

  private void end(@Nullable BackendException why) {
    lock.lock();
    try {
      if (!finished) {
        finished = true;
        failure = why;
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Iterator<LogLine> iterator() {
    return iterator;
  }

  @Override
  public Optional<LogLine> poll(Duration timeout) {
    long left = TimeUnit.NANOSECONDS.convert(timeout);
    lock.lock();
    try {
      while (lines.isEmpty() && !finished && !closed && left > 0) {
        left = changed.awaitNanos(left);
      }
      return take();
    } catch (InterruptedException e) {
      throw interrupted(e);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public boolean ended() {
    lock.lock();
    try {
      return closed || (finished && lines.isEmpty() && failure == null);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      lines.clear();
      weight = 0;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    onClose.run();
  }

  /** The first line, if there is one. The lock is held. */
  private Optional<LogLine> take() {
    LogLine line = lines.poll();
    if (line != null) {
      weight -= weigh(line);
      changed.signalAll();
      return Optional.of(line);
    }
    if (failure != null && !closed) {
      throw failure;
    }
    return Optional.empty();
  }

  private static long weigh(LogLine line) {
    return LINE_OVERHEAD + line.text().length();
  }

  private static BackendException interrupted(InterruptedException cause) {
    Thread.currentThread().interrupt();
    return new BackendException(
        "waiting for a line of a log",
        "this thread was interrupted",
        "Read the log again if that was not meant",
        cause);
  }

  /** Waits for each line. */
  private final class Lines implements Iterator<LogLine> {
    private @Nullable LogLine next;

    @Override
    public boolean hasNext() {
      if (next != null) {
        return true;
      }
      while (!ended()) {
        Optional<LogLine> line = poll(Duration.ofNanos(TimeUnit.HOURS.toNanos(1)));
        if (line.isPresent()) {
          next = line.get();
          return true;
        }
      }
      return false;
    }

    @Override
    public LogLine next() {
      if (!hasNext() || next == null) {
        throw new NoSuchElementException("The log has ended");
      }
      LogLine line = next;
      next = null;
      return line;
    }
  }
}
