package dev.windlass.cuda.memory.pool;

/** How mapped memory goes back to the device: idle chunks for their age, and all at the end. */
final class PageReturn {
  private final PhysicalMemory memory;
  private final Arena arena;
  private final PageStock stock;
  private final long page;
  long calls;

  PageReturn(PhysicalMemory memory, Arena arena, PageStock stock) {
    this.memory = memory;
    this.arena = arena;
    this.stock = stock;
    this.page = stock.page;
  }

  /**
   * Gives back idle chunks, from the largest blocks first.
   *
   * @param bytesToKeep of all that is held
   * @param tick chunks go in which the last free was then or earlier
   */
  long giveBack(long bytesToKeep, int tick) {
    long before = stock.held();
    stock.release(bytesToKeep);
    Block b = arena.nobody.free.first();
    while (b != null && b.bytes >= page && stock.held() - page >= bytesToKeep) {
      Block after = arena.nobody.free.after(b);
      giveBack(b, bytesToKeep, tick);
      b = after;
    }
    return before - stock.held();
  }

  /** From the end of the block to its start, so that the block stays what is left of it. */
  private void giveBack(Block b, long bytesToKeep, int tick) {
    Region region = b.region;
    int first = stock.first(b);
    int end = stock.end(b);
    while (end > first) {
      long room = (stock.held() - bytesToKeep) / page;
      int to = end;
      int from = end;
      for (Chunk c = region.lastChunk(first, end);
          c != null && isOld(region, c, tick) && to - c.first <= room;
          c = region.lastChunk(first, from)) {
        if (from == end) {
          to = c.end();
        } else if (c.end() < from) {
          break;
        }
        from = c.first;
      }
      if (from < to) {
        long start = region.base + from * page;
        calls++;
        memory.unmap(start, (to - from) * page);
        Block gone = arena.cut(b, start, region.base + to * page);
        arena.insert(gone, Block.EMPTY, arena.nobody, 0);
        toStock(region, from, to);
        stock.release(bytesToKeep);
        end = from;
      } else {
        Chunk kept = region.lastChunk(first, end);
        end = kept == null ? first : kept.first;
      }
    }
  }

  private static boolean isOld(Region region, Chunk chunk, int tick) {
    for (int i = chunk.first; i < chunk.end(); i++) {
      if (region.stamps[i] > tick) {
        return false;
      }
    }
    return true;
  }

  private void toStock(Region region, int from, int to) {
    for (int i = from; i < to; i++) {
      Chunk chunk = region.chunks[i];
      if (chunk != null && chunk.first == i) {
        stock.add(chunk);
      }
      region.chunks[i] = null;
    }
  }

  /** Unmaps all pages of a region, live or not; whether that worked. */
  boolean unmap(Region region, Failures failures) {
    boolean all = true;
    int end = region.chunks.length;
    while (end > 0) {
      if (region.chunks[end - 1] == null) {
        end--;
        continue;
      }
      int from = end - 1;
      while (from > 0 && region.chunks[from - 1] != null) {
        from--;
      }
      long start = region.base + from * page;
      long bytes = (end - from) * page;
      if (failures.attempt(() -> memory.unmap(start, bytes))) {
        toStock(region, from, end);
      } else {
        all = false;
      }
      end = from;
    }
    return all;
  }
}
