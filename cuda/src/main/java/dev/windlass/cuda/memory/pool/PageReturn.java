package dev.windlass.cuda.memory.pool;

/** How mapped pages go back to the device: idle ones for their age, and all at the end. */
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
   * Gives back idle pages, from the largest blocks first.
   *
   * @param bytesToKeep of all that is held
   * @param tick pages go in which the last free was then or earlier
   */
  long giveBack(long bytesToKeep, int tick) {
    long before = stock.held();
    stock.release(bytesToKeep, Integer.MAX_VALUE);
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
    while (end > first && stock.held() - page >= bytesToKeep) {
      if (region.stamps[end - 1] > tick) {
        end--;
        continue;
      }
      long room = (stock.held() - bytesToKeep) / page;
      int from = end - 1;
      while (from > first && end - from < room && region.stamps[from - 1] <= tick) {
        from--;
      }
      long start = region.base + from * page;
      calls++;
      memory.unmap(start, (end - from) * page);
      Block gone = arena.cut(b, start, region.base + end * page);
      arena.insert(gone, Block.EMPTY, arena.nobody, 0);
      toStock(region, from, end);
      stock.release(bytesToKeep, Integer.MAX_VALUE);
      end = from;
    }
  }

  private void toStock(Region region, int from, int end) {
    for (int i = from; i < end; i++) {
      stock.add(region.handles[i]);
      region.handles[i] = 0;
    }
  }

  /** Unmaps all pages of a region, live or not; whether that worked. */
  boolean unmap(Region region, Failures failures) {
    boolean all = true;
    long[] slots = region.handles;
    int end = slots.length;
    while (end > 0) {
      if (slots[end - 1] == 0) {
        end--;
        continue;
      }
      int from = end - 1;
      while (from > 0 && slots[from - 1] != 0) {
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
