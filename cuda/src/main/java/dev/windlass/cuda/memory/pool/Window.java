package dev.windlass.cuda.memory.pool;

import org.jspecify.annotations.Nullable;

/**
 * The range of addresses for a request that lacks the fewest pages: free blocks that the request
 * may use, and empty addresses. Tried are, at each range of empty addresses, its own start, the
 * start of the free blocks before it, and the end of the free blocks behind it. Where that makes no
 * difference the request starts on a page of its own, so that it leaves whole pages when it goes.
 */
final class Window {
  private final Arena arena;
  private final long page;
  private Region region;
  private long from;
  private long to;
  private int pages;

  Window(Arena arena, long page) {
    this.arena = arena;
    this.page = page;
    this.region = Region.ofSegment(0, 0);
  }

  /** Where the request's memory starts. */
  long from() {
    return from;
  }

  /** How many pages it lacks. */
  int pages() {
    return pages;
  }

  /** Looks for the best range; the block in which it starts, or null if there is none. */
  @Nullable Block find(Owner owner, long bytes) {
    Block best = null;
    long bestFrom = 0;
    int bestPages = Integer.MAX_VALUE;
    for (Block hole = arena.empty.first(); hole != null; hole = arena.empty.after(hole)) {
      int lacking = lacking(owner, hole, hole.address, bytes);
      Block start = hole;
      long at = hole.address;
      Block left = leftmost(owner, hole);
      if (left != hole) {
        int less = lacking(owner, left, left.address, bytes);
        if (less < lacking) {
          lacking = less;
          start = left;
          at = left.address;
        }
      }
      long end = rightEnd(owner, hole);
      long last = end - bytes;
      if (end > hole.end() && last < hole.end() && last >= left.address) {
        Block first = hole;
        while (first.address > last && first.previous != null) {
          first = first.previous;
        }
        int less = lacking(owner, first, last, bytes);
        if (less < lacking) {
          lacking = less;
          start = first;
          at = last;
        }
      }
      if (lacking < bestPages || (lacking == bestPages && at < bestFrom)) {
        best = start;
        bestFrom = at;
        bestPages = lacking;
      }
    }
    if (best != null && bestPages < Integer.MAX_VALUE) {
      region = best.region;
      from = bestFrom;
      to = bestFrom + bytes;
      pages = bestPages;
      return best;
    }
    return null;
  }

  private static Block leftmost(Owner owner, Block hole) {
    Block left = hole;
    while (Arena.mayUse(owner, left.previous)) {
      left = left.previous;
    }
    return left;
  }

  private static long rightEnd(Owner owner, Block hole) {
    Block right = hole;
    while (Arena.mayUse(owner, right.next)) {
      right = right.next;
    }
    return right.end();
  }

  /** How many pages a range lacks; {@link Integer#MAX_VALUE} if it has something else in it. */
  private int lacking(Owner owner, Block first, long start, long bytes) {
    long lacking = 0;
    long end = start + bytes;
    Block b = first;
    while (true) {
      if (b.state == Block.EMPTY) {
        lacking += (min(b, end) - max(b, start)) / page;
      } else if (!Arena.mayUse(owner, b)) {
        return Integer.MAX_VALUE;
      }
      if (b.end() >= end) {
        return Math.toIntExact(lacking);
      }
      Block next = b.next;
      if (next == null) {
        return Integer.MAX_VALUE;
      }
      b = next;
    }
  }

  /** The first byte of the page of an empty block in which a range starts. */
  private long max(Block empty, long start) {
    long base = empty.region.base;
    return Math.max(empty.address, base + (start - base) / page * page);
  }

  private long min(Block empty, long end) {
    long base = empty.region.base;
    return Math.min(empty.end(), base + (end - base + page - 1) / page * page);
  }

  /** The number of the first page of a block that the range does not need; 0 if it needs none. */
  int behind(Block block) {
    return block.region == region && block.address < to && block.end() > from
        ? (int) ((to - region.base + page - 1) / page)
        : 0;
  }

  /** This or the next block that is empty and in the range. */
  @Nullable Block nextEmpty(@Nullable Block block) {
    Block b = block;
    while (b != null && b.address < to) {
      if (b.state == Block.EMPTY) {
        return b;
      }
      b = b.next;
    }
    return null;
  }

  /** Where the missing pages of an empty block start. */
  long start(Block empty) {
    return max(empty, from);
  }

  /** How many pages are missing in an empty block. */
  int pages(Block empty) {
    return (int) ((min(empty, to) - max(empty, from)) / page);
  }
}
