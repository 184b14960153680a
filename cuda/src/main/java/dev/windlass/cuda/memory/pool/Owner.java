package dev.windlass.cuda.memory.pool;

import java.util.ArrayDeque;
import java.util.Arrays;

/**
 * Whose work free memory must follow: a stream, or {@link #nobody}, whose memory anyone may have.
 *
 * <p>Time on a stream is counted in <i>epochs</i>. What is freed belongs to the open epoch; an
 * epoch is closed by recording an event, and done when the event is. Numbers of epochs are of one
 * sequence for all owners, so a number is never met again, not even on a stream with the same
 * handle as one that has ended.
 */
final class Owner {
  /** A closed epoch that is not known to be done. */
  record Epoch(long number, long event) {}

  /** The small number of this owner, for clocks. */
  final int index;

  final Magazine magazine;
  final Bins free = new Bins();

  /** Closed and not known to be done, oldest first. */
  final ArrayDeque<Epoch> closed = new ArrayDeque<>();

  /** The open epoch. */
  long open;

  /** Whether the open epoch has memory. */
  boolean dirty;

  /** Epochs up to this one are done. */
  long done;

  /** Its stream has ended. */
  boolean forgotten;

  /** Up to which epoch of another owner, by its index, this one's stream has waited. */
  private long[] waited = new long[8];

  Owner(int index, Magazine magazine, long open) {
    this.index = index;
    this.magazine = magazine;
    this.open = open;
    this.done = open - 1;
  }

  static Owner nobody() {
    return new Owner(-1, new Magazine(0, -1), Long.MAX_VALUE);
  }

  long stream() {
    return magazine.stream;
  }

  boolean isNobody() {
    return index < 0;
  }

  /** Whether work of this owner's stream may use free memory of another one as it is. */
  boolean mayUse(Block block) {
    return block.owner == this || block.owner.isNobody() || hasWaitedFor(block.owner, block.epoch);
  }

  boolean hasWaitedFor(Owner other, long epoch) {
    return other.done >= epoch || (other.index < waited.length && waited[other.index] >= epoch);
  }

  void waitedFor(Owner other, long epoch) {
    if (other.index >= waited.length) {
      waited = Arrays.copyOf(waited, Math.max(other.index + 1, 2 * waited.length));
    }
    waited[other.index] = Math.max(waited[other.index], epoch);
  }
}
