package dev.windlass.cuda.memory.pool;

import org.jspecify.annotations.Nullable;

/** The live blocks by address: open addressing, at most half full. */
final class BlockTable {
  private @Nullable Block[] slots = new Block[1024];
  private int count;

  private static int place(long address, int length) {
    return (int) (((address >>> 9) * 0x9E3779B97F4A7C15L) >>> 32) & (length - 1);
  }

  void put(Block block) {
    if (++count > slots.length / 2) {
      @Nullable Block[] old = slots;
      slots = new Block[2 * old.length];
      for (Block b : old) {
        if (b != null) {
          insert(b);
        }
      }
    }
    insert(block);
  }

  private void insert(Block block) {
    int i = place(block.address, slots.length);
    while (slots[i] != null) {
      i = (i + 1) & (slots.length - 1);
    }
    slots[i] = block;
  }

  /** Takes out the live block that starts at the address, if there is one. */
  @Nullable Block remove(long address) {
    int mask = slots.length - 1;
    int i = place(address, slots.length);
    Block found = slots[i];
    while (found != null && found.address != address) {
      i = (i + 1) & mask;
      found = slots[i];
    }
    if (found != null) {
      close(i, mask);
      count--;
    }
    return found;
  }

  /** Moves up what probing would not find behind the gap. */
  private void close(int gap, int mask) {
    int i = (gap + 1) & mask;
    for (Block b = slots[i]; b != null; b = slots[i]) {
      int home = place(b.address, slots.length);
      if (((i - home) & mask) >= ((i - gap) & mask)) {
        slots[gap] = b;
        gap = i;
      }
      i = (i + 1) & mask;
    }
    slots[gap] = null;
  }
}
