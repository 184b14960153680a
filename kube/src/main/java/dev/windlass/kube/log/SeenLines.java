package dev.windlass.kube.log;

import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Tells the new lines of a log from those that were read before the connection was lost.
 *
 * <p>A log can be asked for again only from a whole second on. So the lines of the latest second
 * and of the one before are remembered, each as a hash of time and text, and as often as it came:
 * standard output and standard error have their times taken by two threads, so a line may come
 * after one with a slightly later time. After a reconnect a line that is remembered is taken off
 * the count and skipped; any other is new. If the first new line comes and the last line of before
 * was not met again, the log begins later than it was read: it has been rotated.
 */
final class SeenLines {
  /** What a line is. */
  enum Verdict {
    /** Read before. */
    SEEN,
    /** Not read before. */
    NEW,
    /** Not read before, and lines before it were lost. */
    NEW_AFTER_GAP
  }

  private final Hashes current = new Hashes();
  private final Hashes previous = new Hashes();
  private long currentSecond = Long.MIN_VALUE;
  private long last;
  private long lastSecond;
  private Map<Long, Integer> expected = new HashMap<>();
  private boolean awaitingLast;

  /** From when on the log must be asked for so that nothing is missed; empty: from its start. */
  Optional<Instant> resumeAt() {
    return currentSecond == Long.MIN_VALUE
        ? Optional.empty()
        : Optional.of(Instant.ofEpochSecond(currentSecond - 1));
  }

  /** The lines from {@link #resumeAt} on will now come again. */
  void reconnected() {
    expected = new HashMap<>();
    current.countInto(expected);
    previous.countInto(expected);
    awaitingLast = resumeAt().isPresent() && lastSecond >= currentSecond - 1;
  }

  /** Whether the lines since the reconnect do not yet reach to where the log was lost. */
  boolean behind() {
    return awaitingLast;
  }

  /** Looks at the next line, or piece of a line, and remembers it. */
  Verdict offer(Instant time, int part, String text) {
    long hash = hash(time, part, text);
    Integer count = expected.get(hash);
    if (count != null) {
      if (count == 1) {
        expected.remove(hash);
      } else {
        expected.put(hash, count - 1);
      }
      awaitingLast &= hash != last;
      return Verdict.SEEN;
    }
    remember(time.getEpochSecond(), hash);
    boolean gap = awaitingLast;
    awaitingLast = false;
    return gap ? Verdict.NEW_AFTER_GAP : Verdict.NEW;
  }

  private void remember(long second, long hash) {
    last = hash;
    lastSecond = second;
    if (second > currentSecond) {
      previous.clear();
      if (second - 1 == currentSecond) {
        previous.takeOver(current);
      } else {
        current.clear();
      }
      currentSecond = second;
    }
    if (second == currentSecond) {
      current.add(hash);
    } else if (second == currentSecond - 1) {
      previous.add(hash);
    }
  }

  private static long hash(Instant time, int part, String text) {
    long hash = 0xcbf29ce484222325L;
    hash = mix(hash, time.getEpochSecond());
    hash = mix(hash, ((long) time.getNano() << 32) | part);
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
    }
    return mix(hash, text.length());
  }

  private static long mix(long hash, long value) {
    long mixed = (hash ^ value) * 0x9e3779b97f4a7c15L;
    return mixed ^ (mixed >>> 32);
  }

  /** A list of hashes that costs eight bytes each: a program may write 100,000 lines a second. */
  private static final class Hashes {
    private long[] items = new long[16];
    private int size;

    void add(long hash) {
      if (size == items.length) {
        items = Arrays.copyOf(items, 2 * size);
      }
      items[size++] = hash;
    }

    void clear() {
      size = 0;
    }

    void takeOver(Hashes other) {
      long[] mine = items;
      items = other.items;
      size = other.size;
      other.items = mine;
      other.size = 0;
    }

    void countInto(Map<Long, Integer> counts) {
      for (int i = 0; i < size; i++) {
        counts.merge(items[i], 1, Integer::sum);
      }
    }
  }
}
