package dev.windlass.cuda;

import dev.windlass.cuda.driver.CudaDriver;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Pieces of pinned memory through which arrays and buffers are copied, since only pinned memory can
 * be copied without making the host wait. An array's content is in a piece when the call returns,
 * so the array may be changed at once; the piece is used again when its event says that the copy is
 * done.
 */
final class Staging {
  /** The size of a large piece: what is copied at a time. */
  static final int LARGE = 2 << 20;

  /** The size of a small piece. */
  static final int SMALL = 64 << 10;

  private final CudaDriver driver;
  private final PinnedMemory pinned;
  private final Kind small = new Kind(SMALL, 32);
  private final Kind large = new Kind(LARGE, 8);

  Staging(CudaDriver driver, PinnedMemory pinned) {
    this.driver = driver;
    this.pinned = pinned;
  }

  /** A piece, and the event that says when its copy is done. */
  static final class Piece {
    private final Kind kind;
    private final ByteBuffer memory;
    final long event;

    private Piece(Kind kind, ByteBuffer memory, long event) {
      this.kind = kind;
      this.memory = memory;
      this.event = event;
    }

    /** The first bytes of it. */
    ByteBuffer first(int bytes) {
      return memory.clear().limit(bytes);
    }
  }

  /** Pieces of one size. */
  private final class Kind {
    private final int size;
    private final int most;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition returned = lock.newCondition();
    private final Deque<Piece> pieces = new ArrayDeque<>(); // in the order in which copies end
    private int made;

    Kind(int size, int most) {
      this.size = size;
      this.most = most;
    }

    @Nullable Piece take(DeviceContext context, boolean mayWaitForOthers) {
      Piece oldest;
      lock.lock();
      try {
        while (pieces.isEmpty() && made == most) {
          if (!mayWaitForOthers) {
            return null;
          }
          returned.awaitUninterruptibly();
        }
        context.bind();
        if (made < most && (pieces.isEmpty() || !driver.isEventDone(pieces.peek().event))) {
          Piece piece = new Piece(this, pinned.take(size), driver.createEvent(false));
          made++;
          return piece;
        }
        oldest = pieces.remove();
      } finally {
        lock.unlock();
      }
      boolean done = false;
      try {
        context.bind();
        driver.synchronizeEvent(oldest.event);
        done = true;
      } finally {
        if (!done) {
          giveBack(oldest);
        }
      }
      return oldest;
    }

    void giveBack(Piece piece) {
      lock.lock();
      try {
        pieces.add(piece);
        returned.signal();
      } finally {
        lock.unlock();
      }
    }

    void close() {
      lock.lock();
      try {
        for (Piece piece : pieces) {
          driver.destroyEvent(piece.event);
        }
        pieces.clear();
      } finally {
        lock.unlock();
      }
    }
  }

  /**
   * A piece for so many bytes, or as many as a piece has. May wait for copies, so the context's
   * lock must not be held. Leaves the context current.
   */
  Piece take(DeviceContext context, long bytes) {
    return Objects.requireNonNull(kind(bytes).take(context, true));
  }

  /**
   * As {@link #take}, for who has a piece already: null if all are with others, since those may
   * have one each and wait for a second as well.
   */
  @Nullable Piece takeAnother(DeviceContext context, long bytes) {
    return kind(bytes).take(context, false);
  }

  private Kind kind(long bytes) {
    return bytes <= SMALL ? small : large;
  }

  /** Takes a piece back whose copy is queued and its event recorded, or that was not used. */
  void giveBack(Piece piece) {
    piece.kind.giveBack(piece);
  }

  /** Gives up the events; the memory is the context's. */
  void close() {
    small.close();
    large.close();
  }
}
