package dev.windlass.benchmarks.policy;

import dev.windlass.cuda.memory.MemoryBreakdown;
import dev.windlass.cuda.memory.MemoryUse;
import dev.windlass.cuda.memory.OutOfDeviceMemoryException;

/** What a policy has given out and holds. */
final class Account {
  private long live;
  private long peakLive;
  private long peakHeld;

  static long round(long bytes, long unit) {
    if (bytes <= 0) {
      throw new IllegalArgumentException("An allocation has at least one byte, not " + bytes);
    }
    return (bytes + unit - 1) / unit * unit;
  }

  void allocated(long bytes, long held) {
    live += bytes;
    peakLive = Math.max(peakLive, live);
    peakHeld = Math.max(peakHeld, held);
  }

  void freed(long bytes) {
    live -= bytes;
  }

  MemoryUse use(long cached, long held) {
    return new MemoryUse(live, cached, held - live - cached, held, peakLive, peakHeld);
  }

  OutOfDeviceMemoryException outOfMemory(
      long asked, MemoryUse use, MemoryBreakdown.Source source, Throwable cause) {
    return new OutOfDeviceMemoryException(
        new MemoryBreakdown(
            asked,
            0,
            use.live(),
            use.cached(),
            use.fragmented(),
            use.held(),
            MemoryBreakdown.NO_LIMIT,
            MemoryBreakdown.UNKNOWN,
            MemoryBreakdown.UNKNOWN,
            source),
        cause);
  }
}
