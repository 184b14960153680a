package dev.windlass.benchmarks.policy;

import dev.windlass.cuda.driver.CudaException;
import dev.windlass.cuda.memory.DeviceAllocator;
import dev.windlass.cuda.memory.MemoryBreakdown.Source;
import dev.windlass.cuda.memory.MemoryUse;
import dev.windlass.cuda.memory.pool.Segments;
import dev.windlass.cuda.memory.pool.StreamOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * RMM's pool.
 *
 * <p>Requests are rounded to 256 bytes. Each stream has a list of free pieces ordered by address,
 * which merge as they come in and are searched from the start for the best fit; what is left over
 * of a piece stays in the list. On a miss a piece of another stream is taken, which the stream then
 * waits for; then the lists are merged one after the other into the stream's own; then the pool
 * grows, by as much as it holds, or by half of that and so on down to the need if the device
 * refuses. It gives nothing back while it lives.
 */
public final class RmmPool implements DeviceAllocator {
  static final long UNIT = 256;

  private final Segments segments;
  private final StreamOrder order;
  private final Map<Long, FreeList> lists = new HashMap<>(); // by stream
  private final Set<Long> starts = new HashSet<>(); // of what the device gave: nothing merges over
  private final Account account = new Account();
  private long held;

  private static final class FreeList {
    private final long event;
    private final TreeMap<Long, Long> pieces = new TreeMap<>(); // address to bytes

    private FreeList(long event) {
      this.event = event;
    }
  }

  /** Makes a pool that holds nothing yet. */
  public RmmPool(Segments segments, StreamOrder order) {
    this.segments = segments;
    this.order = order;
  }

  @Override
  public synchronized long allocate(long bytes, long stream) {
    long size = Account.round(bytes, UNIT);
    FreeList own = list(stream);
    long address = take(own, size);
    if (address == 0) {
      address = fromOthers(own, size, stream);
    }
    if (address == 0) {
      grow(own, bytes, size);
      address = take(own, size);
    }
    account.allocated(bytes, held);
    return address;
  }

  private FreeList list(long stream) {
    return lists.computeIfAbsent(stream, s -> new FreeList(order.createEvent()));
  }

  /** The best fit's address, 0 if there is none. */
  private static long take(FreeList list, long size) {
    Map.@Nullable Entry<Long, Long> best = null;
    for (Map.Entry<Long, Long> piece : list.pieces.entrySet()) {
      if (piece.getValue() >= size && (best == null || piece.getValue() < best.getValue())) {
        best = piece;
      }
    }
    if (best == null) {
      return 0;
    }
    long address = best.getKey();
    long rest = best.getValue() - size;
    list.pieces.remove(address);
    if (rest > 0) {
      list.pieces.put(address + size, rest);
    }
    return address;
  }

  private long fromOthers(FreeList own, long size, long stream) {
    List<FreeList> others = new ArrayList<>(lists.values());
    others.remove(own);
    for (FreeList other : others) {
      long address = take(other, size);
      if (address != 0) {
        order.waitFor(stream, other.event);
        moveAll(other, own); // they are one stream's now, as it waits for the other
        return address;
      }
    }
    for (FreeList other : others) {
      order.waitFor(stream, other.event);
      moveAll(other, own);
      long address = take(own, size);
      if (address != 0) {
        return address;
      }
    }
    return 0;
  }

  private void moveAll(FreeList from, FreeList to) {
    from.pieces.forEach((address, bytes) -> insert(to, address, bytes));
    from.pieces.clear();
  }

  private void insert(FreeList list, long address, long bytes) {
    long start = address;
    long size = bytes;
    Map.@Nullable Entry<Long, Long> before = list.pieces.lowerEntry(start);
    if (before != null && before.getKey() + before.getValue() == start && !starts.contains(start)) {
      start = before.getKey();
      size += before.getValue();
    }
    Long after = starts.contains(address + bytes) ? null : list.pieces.remove(address + bytes);
    list.pieces.put(start, size + (after == null ? 0 : after));
  }

  private void grow(FreeList own, long bytes, long size) {
    for (long more = Math.max(size, held); ; more = Math.max(size, more / 2 / UNIT * UNIT)) {
      try {
        long address = segments.allocate(more);
        starts.add(address);
        held += more;
        own.pieces.put(address, more);
        return;
      } catch (CudaException e) {
        if (more == size) {
          throw account.outOfMemory(bytes, use(), Source.SEGMENTS, e);
        }
      }
    }
  }

  @Override
  public synchronized void free(long address, long bytes, long stream) {
    account.freed(bytes);
    FreeList list = list(stream);
    order.record(list.event, stream);
    insert(list, address, Account.round(bytes, UNIT));
  }

  @Override
  public void forget(long stream) {}

  @Override
  public long trim(long bytesToKeep) {
    return 0;
  }

  @Override
  public synchronized MemoryUse use() {
    return account.use(0, held);
  }

  @Override
  public synchronized void close() {
    order.synchronize();
    starts.forEach(segments::free);
    lists.values().forEach(list -> order.destroyEvent(list.event));
    starts.clear();
    lists.clear();
    held = 0;
  }
}
