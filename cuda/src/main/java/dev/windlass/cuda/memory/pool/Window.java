package dev.windlass.cuda.memory.pool;

import org.jspecify.annotations.Nullable;

/**
 * The range of addresses for a request that lacks the fewest pages: free blocks that the request
 * may use, and empty addresses.
 *
 * <p>Memory is lost in pages of which a part is live, and such a part is next to each block whose
 * size is not a multiple of the page. So it counts to put the odd end of one block into the page
 * where another one ends. Tried are, at each range of empty addresses (a hole), its own start, the
 * start of the free blocks before it, and the end of the free blocks behind it. What saves a page
 * is taken, the one that leaves least. A request that can save nothing starts on a page of its own,
 * in the first hole, so that it leaves whole pages when it goes.
 */
final class Window {
  private final Arena arena;
  private final long page;
  private Region region;
  private long from;
  private long to;
  private int pages;
  private @Nullable Block best;

  /** What the best range leaves of the free blocks in it. */
  private long left;

  /** The bytes of the free blocks that {@link #lacking} has met. */
  private long beside;

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
    best = null;
    pages = (int) ((bytes + page - 1) / page);
    left = Long.MAX_VALUE;
    Block lowest = null;
    for (Block hole = arena.empty.first(); hole != null; hole = arena.empty.after(hole)) {
      Block start = Arena.leftmost(owner, hole, Long.MIN_VALUE);
      long end = Arena.rightmost(owner, hole, Long.MAX_VALUE).end();
      look(owner, hole, hole.address, bytes);
      if (start != hole) {
        look(owner, start, start.address, bytes);
      }
      long last = end - bytes;
      if (end > hole.end() && last < hole.end() && last >= start.address) {
        Block first = hole;
        while (first.address > last && first.previous != null) {
          first = first.previous;
        }
        look(owner, first, last, bytes);
      }
      if (hole.bytes >= bytes && (lowest == null || hole.address < lowest.address)) {
        lowest = hole;
      }
    }
    if (best == null && lowest != null) {
      set(lowest, lowest.address);
    }
    to = from + bytes;
    return best;
  }

  /** No range for now. */
  void clear() {
    to = 0;
    region = Region.ofSegment(0, 0);
  }

  /** A range of so many bytes, whole pages, in empty addresses only; null if there is none. */
  @Nullable Block findEmpty(long bytes) {
    Block hole = arena.empty.fit(bytes);
    if (hole != null) {
      set(hole, hole.address);
      to = from + bytes;
      pages = (int) (bytes / page);
    }
    return hole;
  }

  private void set(Block first, long start) {
    best = first;
    region = first.region;
    from = start;
  }

  /** Takes a range if it saves a page, or as many as the best one and leaves less. */
  private void look(Owner owner, Block first, long start, long bytes) {
    int needs = lacking(owner, first, start, bytes);
    if (needs < pages || (needs == pages && best != null)) {
      long leaves = beside + needs * page - bytes;
      if (needs < pages || leaves < left) {
        pages = needs;
        left = leaves;
        set(first, start);
      }
    }
  }

  /** How many pages a range lacks; {@link Integer#MAX_VALUE} if it has something else in it. */
  private int lacking(Owner owner, Block first, long start, long bytes) {
    long lacking = 0;
    beside = 0;
    long end = start + bytes;
    Block b = first;
    while (true) {
      if (b.state == Block.EMPTY) {
        lacking += (min(b, end) - max(b, start)) / page;
      } else if (Arena.mayUse(owner, b)) {
        beside += b.bytes;
      } else {
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
