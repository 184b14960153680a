package dev.windlass.core.backend;

import java.time.Duration;
import java.util.Iterator;
import java.util.Optional;

/**
 * The lines of a log, oldest first. The iterator waits for the next line; it ends when the log
 * does, or when this is closed. For use by one thread, except for {@link #close}.
 */
public interface LogStream extends Iterable<LogLine>, AutoCloseable {

  /**
   * The one iterator over the lines: every call returns the same.
   *
   * @throws BackendException from {@code hasNext} if the log cannot be read at all
   */
  @Override
  Iterator<LogLine> iterator();

  /**
   * The next line, if there is one within that time.
   *
   * @return empty if the time is up or the log has ended; {@link #ended} tells which
   * @throws BackendException if the log cannot be read at all
   */
  Optional<LogLine> poll(Duration timeout);

  /** Whether all lines have been taken and no more will come. */
  boolean ended();

  /** Stops reading. */
  @Override
  void close();
}
