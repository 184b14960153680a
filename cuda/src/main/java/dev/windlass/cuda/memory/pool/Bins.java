package dev.windlass.cuda.memory.pool;

import org.jspecify.annotations.Nullable;

/**
 * Blocks by size: 32 lists per doubling, and a bitmap of those that are not empty. Finds the
 * smallest block that is large enough, or one that is at most 3 % larger than that.
 */
final class Bins {
  private static final int BINS = 1280; // up to 2^52 bytes
  private static final int LOOK_AT = 24;

  private final @Nullable Block[] heads = new Block[BINS];
  private final long[] map = new long[BINS / 64];

  private static int bin(long bytes) {
    long n = bytes >>> 9;
    int shift = Math.max(0, 58 - Long.numberOfLeadingZeros(n));
    return (shift << 5) + (int) (n >>> shift);
  }

  void add(Block block) {
    int bin = bin(block.bytes);
    Block head = heads[bin];
    block.bin = bin;
    block.binPrevious = null;
    block.binNext = head;
    if (head != null) {
      head.binPrevious = block;
    }
    heads[bin] = block;
    map[bin >> 6] |= 1L << bin;
  }

  void remove(Block block) {
    Block previous = block.binPrevious;
    Block next = block.binNext;
    if (next != null) {
      next.binPrevious = previous;
    }
    if (previous != null) {
      previous.binNext = next;
    } else {
      heads[block.bin] = next;
      if (next == null) {
        map[block.bin >> 6] &= ~(1L << block.bin);
      }
    }
    block.binPrevious = null;
    block.binNext = null;
  }

  @Nullable Block fit(long bytes) {
    int bin = bin(bytes);
    Block found = smallest(heads[bin], bytes, LOOK_AT);
    if (found == null) {
      int larger = above(bin + 1);
      found =
          larger >= 0
              ? smallest(heads[larger], bytes, LOOK_AT)
              : smallest(heads[bin], bytes, Integer.MAX_VALUE);
    }
    return found;
  }

  private static @Nullable Block smallest(@Nullable Block head, long bytes, int lookAt) {
    Block best = null;
    Block b = head;
    for (int i = 0; b != null && i < lookAt; i++, b = b.binNext) {
      if (b.bytes >= bytes && (best == null || b.bytes < best.bytes)) {
        best = b;
        if (b.bytes == bytes) {
          break;
        }
      }
    }
    return best;
  }

  private int above(int bin) {
    for (int word = bin >> 6; word < map.length; word++) {
      long bits = word == bin >> 6 ? map[word] & -1L << bin : map[word];
      if (bits != 0) {
        return (word << 6) + Long.numberOfTrailingZeros(bits);
      }
    }
    return -1;
  }

  /** A block of the largest bin, the first of a walk over all. */
  @Nullable Block first() {
    return below(BINS - 1);
  }

  /** The next block of a walk towards smaller bins; to be asked before the block is removed. */
  @Nullable Block after(Block block) {
    Block next = block.binNext;
    return next != null || block.bin == 0 ? next : below(block.bin - 1);
  }

  private @Nullable Block below(int bin) {
    for (int word = bin >> 6; word >= 0; word--) {
      long bits = word == bin >> 6 ? map[word] & -1L >>> (63 - (bin & 63)) : map[word];
      if (bits != 0) {
        return heads[(word << 6) + 63 - Long.numberOfLeadingZeros(bits)];
      }
    }
    return null;
  }

  boolean isEmpty() {
    return first() == null;
  }
}
