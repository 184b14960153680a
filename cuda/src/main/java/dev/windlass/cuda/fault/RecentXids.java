package dev.windlass.cuda.fault;

import dev.windlass.cuda.health.XidEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * What the driver has reported of the GPUs of late. The report of a failure and the error of a call
 * come over different ways, so whoever asks after a failure waits a little for the report.
 */
final class RecentXids {
  private static final int MOST = 32;

  /** How long before a failure its cause may have been reported. */
  private static final Duration RECENT = Duration.ofMinutes(1);

  private final Deque<XidEvent> events = new ArrayDeque<>();
  private boolean watched;

  /** From now on events are heard of. */
  synchronized void watched() {
    watched = true;
  }

  synchronized void add(XidEvent event) {
    events.addLast(event);
    if (events.size() > MOST) {
      events.removeFirst();
    }
    notifyAll();
  }

  /**
   * The events of the last minute, oldest first.
   *
   * @param patience how long to wait for one if there is none; not at all where nobody watches
   */
  synchronized List<XidEvent> recent(Duration patience) {
    long until = System.nanoTime() + patience.toNanos();
    try {
      for (long left = patience.toNanos();
          watched && left > 0 && now().isEmpty();
          left = until - System.nanoTime()) {
        wait(left / 1_000_000, (int) (left % 1_000_000));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return now();
  }

  private List<XidEvent> now() {
    Instant since = Instant.now().minus(RECENT);
    return events.stream().filter(e -> e.time().isAfter(since)).toList();
  }
}
