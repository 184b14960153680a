package dev.windlass.cuda;

import dev.windlass.cuda.driver.CudaDriver;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The pinned host memory of a context. To pin memory is slow, so what is given back is kept for the
 * next request of its size, rounded up to a power of two, until the context closes. Kept memory is
 * also memory that can still be touched: a buffer that is used too long shows what is not its own,
 * and does not end the process.
 */
final class PinnedMemory {
  private static final int LEAST = 4096;
  private static final int MOST_ROUNDED = 1 << 30;

  private final CudaDriver driver;
  private final Map<Integer, Deque<ByteBuffer>> kept = new HashMap<>();
  private final List<ByteBuffer> all = new ArrayList<>();

  PinnedMemory(CudaDriver driver) {
    this.driver = driver;
  }

  /** A buffer with at least so much room, with the context current. */
  synchronized ByteBuffer take(int bytes) {
    int size = bytes > MOST_ROUNDED ? bytes : Math.max(LEAST, roundUp(bytes));
    Deque<ByteBuffer> same = kept.get(size);
    if (same != null && !same.isEmpty()) {
      return same.pop();
    }
    ByteBuffer memory = driver.allocateHost(size);
    all.add(memory);
    return memory;
  }

  private static int roundUp(int bytes) {
    int highest = Integer.highestOneBit(bytes);
    return highest == bytes ? bytes : highest << 1;
  }

  /** Takes back what {@link #take} gave, of which no work is queued any more. */
  synchronized void giveBack(ByteBuffer memory) {
    kept.computeIfAbsent(memory.capacity(), size -> new ArrayDeque<>())
        .push(memory.clear().order(ByteOrder.nativeOrder()));
  }

  /** Frees all, with the context current. */
  synchronized void close() {
    kept.clear();
    all.forEach(driver::freeHost);
    all.clear();
  }
}
