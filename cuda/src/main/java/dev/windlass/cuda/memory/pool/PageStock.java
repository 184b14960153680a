package dev.windlass.cuda.memory.pool;

import java.util.ArrayList;
import java.util.List;

/**
 * Physical memory that is mapped nowhere, and the account of all of it. What cannot be released
 * stays here, as a spare chunk for the next request.
 */
final class PageStock {
  final PhysicalMemory memory;
  final long page;
  private final List<Chunk> spares = new ArrayList<>();
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

  /** The pages of all spare chunks. */
  int spares() {
    int pages = 0;
    for (Chunk spare : spares) {
      pages += spare.pages;
    }
    return pages;
  }

  /** Takes a spare chunk of at most so many pages, or one that is still to be made. */
  Chunk take(int pages, int unit) {
    for (int i = spares.size() - 1; i >= 0; i--) {
      if (spares.get(i).pages <= pages) {
        return spares.remove(i);
      }
    }
    return new Chunk(Math.min(unit, Integer.highestOneBit(pages)));
  }

  /** Makes the memory of those chunks that have none; of all or, if it throws, of none. */
  void make(List<Chunk> chunks) {
    int i = 0;
    try {
      for (; i < chunks.size(); i++) {
        Chunk chunk = chunks.get(i);
        if (chunk.handle == 0) {
          calls++;
          chunk.handle = memory.create(chunk.pages * page);
          held += chunk.pages * page;
          taken += chunk.pages;
        }
      }
    } catch (RuntimeException e) {
      putBack(chunks);
      throw e;
    }
    mostHeld = Math.max(mostHeld, held);
  }

  /** Undoes {@link #take} and {@link #make}. */
  void putBack(List<Chunk> chunks) {
    for (Chunk chunk : chunks) {
      if (chunk.handle != 0 && chunk.source == null) {
        add(chunk);
      }
    }
    try {
      release(0);
    } catch (RuntimeException e) {
      mostHeld = Math.max(mostHeld, held); // they stay as spare chunks
    }
  }

  /** Adds a chunk that is not mapped any more. */
  void add(Chunk chunk) {
    spares.add(chunk);
  }

  /** Gives spare chunks back, so that no less than so many bytes are held. */
  void release(long bytesToKeep) {
    for (int i = spares.size() - 1; i >= 0; i--) {
      Chunk spare = spares.get(i);
      if (held - spare.pages * page >= bytesToKeep) {
        calls++;
        memory.release(spare.handle);
        spares.remove(i);
        held -= spare.pages * page;
        returned += spare.pages;
      }
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

  /** The pages of a block that are in whole chunks. */
  int whole(Block b) {
    int pages = 0;
    int first = first(b);
    Chunk chunk = b.region.lastChunk(first, end(b));
    while (chunk != null) {
      pages += chunk.pages;
      chunk = b.region.lastChunk(first, chunk.first);
    }
    return pages;
  }
}
