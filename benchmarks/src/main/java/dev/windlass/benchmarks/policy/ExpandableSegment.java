package dev.windlass.benchmarks.policy;

import dev.windlass.cuda.driver.CudaException;
import dev.windlass.cuda.memory.pool.PhysicalMemory;

/** A range of addresses as large as the device, into which pages of one size are mapped. */
final class ExpandableSegment {
  final long address;
  final long bytes;
  private final PhysicalMemory memory;
  private final long page;
  private final long[] handles; // by page; 0 where nothing is mapped

  ExpandableSegment(PhysicalMemory memory, long page, long deviceBytes) {
    this.memory = memory;
    this.page = page;
    int pages = (int) ((deviceBytes + deviceBytes / 8 + page - 1) / page);
    bytes = pages * page;
    handles = new long[pages];
    address = memory.reserve(bytes);
  }

  /**
   * Maps the pages that hold these bytes, of which the first starts a page; returns their bytes.
   */
  long map(long from, long size) {
    int first = (int) ((from - address) / page);
    int end = (int) ((from - address + size + page - 1) / page);
    for (int at = first; at < end; at++) {
      try {
        handles[at] = memory.create(page);
      } catch (CudaException e) {
        unmapPages(first, at);
        throw e;
      }
      memory.map(address + at * page, page, handles[at]);
    }
    memory.open(address + first * page, (end - first) * page);
    return (end - first) * page;
  }

  /** The first page's start at or after an address. */
  long pageAfter(long from) {
    return address + (from - address + page - 1) / page * page;
  }

  /** The last page's start at or before an address. */
  long pageBefore(long from) {
    return address + (from - address) / page * page;
  }

  /** Unmaps whole pages. */
  void unmap(long from, long size) {
    unmapPages((int) ((from - address) / page), (int) ((from - address + size) / page));
  }

  private void unmapPages(int first, int end) {
    for (int at = first; at < end; at++) {
      memory.unmap(address + at * page, page);
      memory.release(handles[at]);
      handles[at] = 0;
    }
  }

  void close() {
    memory.unreserve(address, bytes);
  }
}
