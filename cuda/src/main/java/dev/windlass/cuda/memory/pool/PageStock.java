package dev.windlass.cuda.memory.pool;

import dev.windlass.cuda.driver.CudaException;
import java.util.Arrays;

/**
 * Physical pages that are mapped nowhere, and the account of all pages. A page that cannot be
 * released stays here, as a spare one for the next request.
 */
final class PageStock {
  final PhysicalMemory memory;
  final long page;
  private long[] spares = new long[16];
  private int spareCount;
  private long held;
  private long mostHeld;
  long taken;
  long returned;
  long calls;

  PageStock(PhysicalMemory memory) {
    this.memory = memory;
    this.page = memory.granularity();
    if (Long.bitCount(page) != 1 || page < 16 << 10) {
      throw new IllegalArgumentException("A page has 2^n bytes, at least 16 KiB, not " + page);
    }
  }

  long held() {
    return held;
  }

  long mostHeld() {
    return mostHeld;
  }

  int spares() {
    return spareCount;
  }

  /** Takes so many pages, the spare ones first; all of them or, if it throws, none. */
  void take(long[] handles, int from, int to) {
    int spare = Math.min(spareCount, to - from);
    int made = from;
    try {
      for (; made < to - spare; made++) {
        calls++;
        handles[made] = memory.create(page);
        held += page;
        taken++;
      }
    } catch (RuntimeException e) {
      putBack(handles, from, made);
      throw e;
    }
    spareCount -= spare;
    System.arraycopy(spares, spareCount, handles, to - spare, spare);
    mostHeld = Math.max(mostHeld, held);
  }

  /** Undoes {@link #take}. */
  void putBack(long[] handles, int from, int to) {
    for (int i = from; i < to; i++) {
      add(handles[i]);
    }
    try {
      release(0, to - from);
    } catch (CudaException e) {
      mostHeld = Math.max(mostHeld, held); // they stay as spare pages
    }
  }

  /** Adds a page that is not mapped any more. */
  void add(long handle) {
    if (spareCount == spares.length) {
      spares = Arrays.copyOf(spares, 2 * spareCount);
    }
    spares[spareCount++] = handle;
  }

  /** Gives spare pages back, so that no less than so many bytes are held. */
  void release(long bytesToKeep, int atMost) {
    for (int i = 0; i < atMost && spareCount > 0 && held - page >= bytesToKeep; i++) {
      calls++;
      memory.release(spares[spareCount - 1]);
      spareCount--;
      held -= page;
      returned++;
    }
  }

  /** The number of the first whole page of a block, in its region. */
  int first(Block b) {
    return (int) ((b.address - b.region.base + page - 1) / page);
  }

  /** The number of the page behind the last whole one. */
  int end(Block b) {
    return (int) ((b.end() - b.region.base) / page);
  }
}
