package dev.windlass.cuda;

import dev.windlass.cuda.driver.CudaDriver;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A stream as the automatic ordering sees it: how far it has got, and what it has waited for.
 *
 * <p><b>Epochs.</b> The lane's epoch is how often an event was recorded on it. Work queued in epoch
 * e is done, or waited for, once that is so of any record after it: of record e + 1 or a later one.
 * One event per lane serves: to record it anew does not disturb those that wait for the record
 * before.
 *
 * <p><b>Clocks.</b> {@code seen[i]} is the latest record of lane i that this lane waits for. A wait
 * for a record also brings what that lane had seen when it was recorded, so that no wait is made
 * that an earlier one implies. The numbers of lanes are small and used again; a number is free for
 * another stream only when all work of the one before is done, and epochs then go on from where
 * they were.
 *
 * <p>All but {@link #handle}, {@link #epoch}, {@link #hold} and {@link #release} is guarded by the
 * lock of the context.
 */
final class Lane {
  private static final long[] NOTHING = {};

  final DeviceContext context;
  final long handle;
  final int number;
  private final CudaDriver driver;

  private volatile long epoch;
  private volatile long done; // epochs below it are done
  private volatile boolean closed;
  private final AtomicInteger holds =
      new AtomicInteger(1); // the owner's, allocations under way, threads that wait

  private volatile boolean closedToAllocations; // as long as a capture begins and lasts
  private volatile @Nullable Capture capture;
  private boolean destroyed;
  private long event; // 0 until the first record
  private long recorded; // the epoch that the event's last record ended; it covers those below
  private long[] seen = NOTHING;
  private long[] seenWhenRecorded = NOTHING;

  Lane(DeviceContext context, CudaDriver driver, long handle, int number, long epoch) {
    this.context = context;
    this.driver = driver;
    this.handle = handle;
    this.number = number;
    this.epoch = epoch;
    this.done = epoch;
    this.recorded = epoch;
  }

  /** How often an event was recorded: the stamp of work that is queued now. */
  long epoch() {
    return epoch;
  }

  boolean isDone(long ofEpoch) {
    return ofEpoch < done;
  }

  boolean isClosed() {
    return closed;
  }

  /** Whether this lane waits by itself for what its work conflicts with. */
  boolean waits() {
    return context.ordering() == Ordering.AUTOMATIC;
  }

  /** Makes later work of this lane wait for what another one was given up to an epoch. */
  void waitFor(Lane other, long otherEpoch) {
    if (other == this || other.isDone(otherEpoch) || seen(other.number) > otherEpoch) {
      return;
    }
    if (otherEpoch >= other.recorded) {
      other.record();
    }
    driver.streamWaitEvent(handle, other.event);
    hasSeen(other, other.recorded, other.seenWhenRecorded);
  }

  /** Notes that this lane waits for a record of another one, and for what that one had seen. */
  void hasSeen(Lane other, long record, long[] itsSeen) {
    int length = Math.max(other.number + 1, itsSeen.length);
    if (seen.length < length) {
      seen = Arrays.copyOf(seen, length);
    }
    for (int i = 0; i < itsSeen.length; i++) {
      seen[i] = Math.max(seen[i], itsSeen[i]);
    }
    seen[other.number] = Math.max(seen[other.number], record);
  }

  /** What this lane has waited for, as it is now. */
  long[] seen() {
    return seen.length == 0 ? NOTHING : seen.clone();
  }

  private long seen(int lane) {
    return lane < seen.length ? seen[lane] : 0;
  }

  /** Ends an epoch: what was queued before is in epochs below the result. */
  long nextEpoch() {
    long next = epoch + 1; // under the lock; volatile for those who look without
    epoch = next;
    return next;
  }

  void record() {
    if (event == 0) {
      event = driver.createEvent(false);
    }
    driver.recordEvent(event, handle);
    recorded = nextEpoch();
    seenWhenRecorded = seen();
  }

  /** All work of epochs below this one is known to be done. */
  void isDoneBelow(long doneEpoch) {
    done = Math.max(done, doneEpoch);
  }

  /**
   * Keeps the driver's stream alive for an allocation that runs without the lock.
   *
   * @return false if it is closed or captured
   */
  boolean hold() {
    int n = holds.get();
    while (n > 0 && !closed && !closedToAllocations) {
      if (holds.compareAndSet(n, n + 1)) {
        if (!closedToAllocations) {
          return true;
        }
        release(); // a capture began between, and may not have seen it
        return false;
      }
      n = holds.get();
    }
    return false;
  }

  /** The capture under way, if any. */
  @Nullable Capture capture() {
    return capture;
  }

  /** Keeps the driver's stream alive for one who waits for it; open, and with the lock held. */
  void holdToWait() {
    holds.incrementAndGet();
  }

  /** Before a capture; false if another one begins already. */
  boolean closeToAllocations() {
    boolean wasOpen = !closedToAllocations;
    closedToAllocations = true;
    return wasOpen;
  }

  boolean isClosedToAllocations() {
    return closedToAllocations;
  }

  /** From now on uses are noted for a graph. */
  Capture beginCapture() {
    Capture begun = new Capture();
    capture = begun;
    return begun;
  }

  /** Waits until nobody allocates on this lane or waits for it any more; without the lock. */
  void awaitOthers() {
    while (isHeld()) {
      LockSupport.parkNanos(10_000);
    }
  }

  /** Whether anybody but the owner holds it. */
  boolean isHeld() {
    return holds.get() > 1;
  }

  void endCapture() {
    capture = null;
    closedToAllocations = false;
  }

  /** Ends a hold; the last one destroys the driver's stream. */
  void release() {
    if (holds.decrementAndGet() == 0) {
      context.lanes().destroy(this);
    }
  }

  /** No more work comes; returns whether it was open before. The owner's hold is still to end. */
  boolean close() {
    boolean wasOpen = !closed;
    closed = true;
    return wasOpen;
  }

  /** Destroys the driver's stream. The event stands for all of its work from now on. */
  void destroy() {
    record();
    driver.destroyStream(handle);
    destroyed = true;
  }

  boolean isDestroyed() {
    return destroyed;
  }

  /** Whether all work of a destroyed lane is done; then its event is gone. */
  boolean finish() {
    if (!destroyed) {
      return false;
    }
    if (event != 0) {
      if (done < recorded && !driver.isEventDone(event)) {
        return false;
      }
      driver.destroyEvent(event);
      event = 0;
    }
    done = Long.MAX_VALUE;
    return true;
  }

  /** Destroys what is left, after all work is done. */
  void dispose() {
    closed = true;
    if (!destroyed) {
      destroyed = true;
      driver.destroyStream(handle);
    }
    if (event != 0) {
      driver.destroyEvent(event);
      event = 0;
    }
    done = Long.MAX_VALUE;
  }
}
