package dev.windlass.benchmarks.policy;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** From addresses, which are not 0, to objects: open addressing, no garbage per entry. */
final class AddressMap<V> {
  private long[] keys = new long[1024];
  private @Nullable Object[] values = new @Nullable Object[1024];
  private int size;

  void put(long address, V value) {
    if (2 * ++size > keys.length) {
      grow();
    }
    insert(address, value);
  }

  /** Removes and returns what stands at an address. */
  @SuppressWarnings({"unchecked", "NullAway"}) // a key has a value, put by insert
  V remove(long address) {
    int mask = keys.length - 1;
    int at = slot(address);
    while (keys[at] != address) {
      if (keys[at] == 0) {
        throw new IllegalArgumentException("Nothing is allocated at " + Long.toHexString(address));
      }
      at = (at + 1) & mask;
    }
    V value = (V) values[at];
    size--;
    close(at);
    return value;
  }

  /** Removes all, handing each over. */
  @SuppressWarnings("unchecked")
  void removeAll(Consumer<V> each) {
    for (int at = 0; at < keys.length; at++) {
      Object value = values[at];
      keys[at] = 0;
      values[at] = null;
      if (value != null) {
        each.accept((V) value);
      }
    }
    size = 0;
  }

  /**
   * Moves entries back over the gap that a removal leaves, so that every probe still finds them.
   */
  private void close(int removed) {
    int mask = keys.length - 1;
    int gap = removed;
    for (int next = (gap + 1) & mask; keys[next] != 0; next = (next + 1) & mask) {
      int home = slot(keys[next]);
      if (((next - home) & mask) >= ((next - gap) & mask)) {
        keys[gap] = keys[next];
        values[gap] = values[next];
        gap = next;
      }
    }
    keys[gap] = 0;
    values[gap] = null;
  }

  private void grow() {
    long[] oldKeys = keys;
    @Nullable Object[] oldValues = values;
    keys = new long[2 * oldKeys.length];
    values = new @Nullable Object[keys.length];
    for (int i = 0; i < oldKeys.length; i++) {
      if (oldKeys[i] != 0) {
        insert(oldKeys[i], oldValues[i]);
      }
    }
  }

  private void insert(long address, @Nullable Object value) {
    int at = slot(address);
    while (keys[at] != 0) {
      at = (at + 1) & (keys.length - 1);
    }
    keys[at] = address;
    values[at] = value;
  }

  private int slot(long address) {
    return (int) ((address * 0x9E3779B97F4A7C15L) >>> 32) & (keys.length - 1);
  }
}
