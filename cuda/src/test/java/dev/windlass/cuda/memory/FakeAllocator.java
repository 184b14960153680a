package dev.windlass.cuda.memory;

import dev.windlass.cuda.memory.MemoryBreakdown.Source;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** Memory by arithmetic: addresses of one size are used again, and a wrong free fails the test. */
final class FakeAllocator implements DeviceAllocator {
  private final long limit;
  private final Map<Long, Long> live = new HashMap<>();
  private final TreeMap<Long, ArrayDeque<Long>> idle = new TreeMap<>();
  private long next = 0x7f00_0000_0000L;
  private long liveBytes;
  private long cached;
  private long peakLive;
  private long peakHeld;
  private int closed;

  FakeAllocator(long limit) {
    this.limit = limit;
  }

  @Override
  public synchronized long allocate(long bytes, long stream) {
    ArrayDeque<Long> same = idle.get(bytes);
    long address;
    if (same != null && !same.isEmpty()) {
      address = same.pop();
      cached -= bytes;
    } else {
      if (liveBytes + cached + bytes > limit) {
        idle.clear();
        cached = 0;
      }
      if (liveBytes + bytes > limit) {
        throw new OutOfDeviceMemoryException(
            new MemoryBreakdown(
                bytes,
                limit - liveBytes,
                liveBytes,
                0,
                0,
                liveBytes,
                limit,
                limit,
                2 * limit,
                Source.VIRTUAL_MEMORY));
      }
      address = next;
      next += (bytes + 255) & -256;
    }
    live.put(address, bytes);
    liveBytes += bytes;
    peakLive = Math.max(peakLive, liveBytes);
    peakHeld = Math.max(peakHeld, liveBytes + cached);
    return address;
  }

  @Override
  public synchronized void free(long address, long bytes, long stream) {
    if (!Long.valueOf(bytes).equals(live.remove(address))) {
      throw new AssertionError(
          "A wrong free reached the allocator: 0x" + Long.toHexString(address));
    }
    liveBytes -= bytes;
    cached += bytes;
    idle.computeIfAbsent(bytes, b -> new ArrayDeque<>()).push(address);
  }

  @Override
  public void forget(long stream) {}

  @Override
  public synchronized long trim(long bytesToKeep) {
    long given = liveBytes + cached > bytesToKeep ? cached : 0;
    if (given > 0) {
      idle.clear();
      cached = 0;
    }
    return given;
  }

  @Override
  public synchronized MemoryUse use() {
    return new MemoryUse(liveBytes, cached, 0, liveBytes + cached, peakLive, peakHeld);
  }

  @Override
  public synchronized void close() {
    closed++;
  }

  synchronized int timesClosed() {
    return closed;
  }
}
