package dev.windlass.cuda.memory.pool;

import org.jspecify.annotations.Nullable;

/**
 * The magazines by stream. Read without a lock; changed, under the depot's lock, by putting another
 * array in its place, so that a reader sees the one or the other.
 */
final class StreamTable {
  private volatile @Nullable Magazine[] slots = new Magazine[16];
  private int count;

  private static int place(long stream, int length) {
    return (int) ((stream * 0x9E3779B97F4A7C15L) >>> 40) & (length - 1);
  }

  @Nullable Magazine find(long stream) {
    @Nullable Magazine[] table = slots;
    for (int i = place(stream, table.length); ; i = (i + 1) & (table.length - 1)) {
      Magazine found = table[i];
      if (found == null || found.stream == stream) {
        return found;
      }
    }
  }

  void add(Magazine magazine) {
    rebuild(magazine, null);
    count++;
  }

  void remove(Magazine magazine) {
    rebuild(null, magazine);
    count--;
  }

  void clear() {
    count = 0;
    slots = new Magazine[16];
  }

  private void rebuild(@Nullable Magazine added, @Nullable Magazine removed) {
    @Nullable Magazine[] old = slots;
    int length = old.length;
    while (length < 4 * (count + 1)) {
      length *= 2;
    }
    @Nullable Magazine[] table = new Magazine[length];
    for (Magazine m : old) {
      if (m != null && m != removed) {
        insert(table, m);
      }
    }
    if (added != null) {
      insert(table, added);
    }
    slots = table;
  }

  private static void insert(@Nullable Magazine[] table, Magazine magazine) {
    int i = place(magazine.stream, table.length);
    while (table[i] != null) {
      i = (i + 1) & (table.length - 1);
    }
    table[i] = magazine;
  }
}
