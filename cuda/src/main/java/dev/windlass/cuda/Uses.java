package dev.windlass.cuda;

import java.util.Arrays;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Who used a piece of memory, and where: what later uses may have to wait for.
 *
 * <p>A use is a range of bytes, a stream, the stream's epoch when it was queued, and whether it
 * wrote. A stream's epoch counts how often an event was recorded on it: record n + 1 stands for all
 * work that was queued in epochs up to n. So a use costs no driver call; an event is recorded only
 * when another stream has to wait, and one record serves all uses before it.
 *
 * <p>A use is forgotten when it is done, or when waiting for a later one implies it: a write has
 * waited for all that it covers, and so has a read for earlier reads of its own stream. What is
 * left is a few uses per stream; should slices be used in ever other ways, uses of a stream are
 * taken together, which can only make others wait for more.
 *
 * <p>While a stream is captured, uses are noted for the graph instead.
 *
 * <p>Not thread-safe: guarded by the lock of the context.
 */
final class Uses {
  private static final int WORDS = 4; // from, to, epoch, 1 for a write
  private static final int MOST = 16;

  private final BooleanSupplier closed;
  private Lane[] lanes = new Lane[2];
  private long[] words = new long[2 * WORDS];
  private int count;
  private int mergeAt = MOST;

  /** The uses of memory that is there until it is closed. */
  Uses(BooleanSupplier closed) {
    this.closed = closed;
  }

  /** Whether the memory is closed. */
  boolean isClosed() {
    return closed.getAsBoolean();
  }

  /** Notes the first use, which waits for nothing and is no part of a graph. */
  void first(long to, Lane on) {
    put(0, to, true, on);
  }

  /** Makes a stream wait for what conflicts with a use, if that is automatic, and notes the use. */
  void add(long from, long to, boolean write, Lane on) {
    @Nullable Capture capture = on.capture();
    if (capture != null) {
      capture.add(new Capture.Use(this, from, to, write));
      return;
    }
    if (!isLast(from, to, write, on)) {
      addNew(from, to, write, on);
    } // else nothing came between: what it must wait for, it has waited for
  }

  private void addNew(long from, long to, boolean write, Lane on) {
    boolean waits = on.waits();
    int kept = 0;
    for (int i = 0; i < count; i++) {
      Lane lane = lanes[i];
      long epoch = words[i * WORDS + 2];
      if (lane.isDone(epoch)) {
        continue;
      }
      boolean wrote = words[i * WORDS + 3] != 0;
      boolean overlaps = words[i * WORDS] < to && from < words[i * WORDS + 1];
      boolean conflicts = overlaps && (write || wrote);
      if (conflicts && waits) {
        on.waitFor(lane, epoch);
      }
      boolean inside = from <= words[i * WORDS] && words[i * WORDS + 1] <= to;
      boolean implied = inside && (write ? waits || lane == on : !wrote && lane == on);
      if (!implied) {
        move(i, kept++);
      }
    }
    for (int i = kept; i < count; i++) {
      lanes[i] = on; // no stream is kept alive for nothing
    }
    count = kept;
    if (count >= mergeAt) {
      merge();
      mergeAt = Math.max(MOST, 2 * count);
    }
    put(from, to, write, on);
  }

  private boolean isLast(long from, long to, boolean write, Lane on) {
    int at = (count - 1) * WORDS;
    return count > 0
        && lanes[count - 1] == on
        && words[at + 2] == on.epoch()
        && words[at] == from
        && words[at + 1] == to
        && words[at + 3] == (write ? 1 : 0);
  }

  /** Makes a stream wait for all uses, whatever the ordering. */
  void allBefore(Lane on) {
    for (int i = 0; i < count; i++) {
      on.waitFor(lanes[i], words[i * WORDS + 2]);
    }
  }

  /** The stream of the latest use. */
  Lane last() {
    return lanes[count - 1];
  }

  private void put(long from, long to, boolean write, Lane on) {
    if (count == lanes.length) {
      lanes = Arrays.copyOf(lanes, 2 * count);
      words = Arrays.copyOf(words, 2 * count * WORDS);
    }
    lanes[count] = on;
    int at = count++ * WORDS;
    words[at] = from;
    words[at + 1] = to;
    words[at + 2] = on.epoch();
    words[at + 3] = write ? 1 : 0;
  }

  private void move(int from, int to) {
    if (from != to) {
      lanes[to] = lanes[from];
      System.arraycopy(words, from * WORDS, words, to * WORDS, WORDS);
    }
  }

  /** One use per stream and kind, over all that its uses cover. */
  private void merge() {
    int kept = 0;
    for (int i = 0; i < count; i++) {
      int same = 0;
      while (same < kept
          && (lanes[same] != lanes[i] || words[same * WORDS + 3] != words[i * WORDS + 3])) {
        same++;
      }
      if (same == kept) {
        move(i, kept++);
      } else {
        int a = same * WORDS;
        int b = i * WORDS;
        words[a] = Math.min(words[a], words[b]);
        words[a + 1] = Math.max(words[a + 1], words[b + 1]);
        words[a + 2] = Math.max(words[a + 2], words[b + 2]);
      }
    }
    count = kept;
  }
}
