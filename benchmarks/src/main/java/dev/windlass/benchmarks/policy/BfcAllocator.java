package dev.windlass.benchmarks.policy;

import dev.windlass.cuda.driver.CudaException;
import dev.windlass.cuda.memory.DeviceAllocator;
import dev.windlass.cuda.memory.MemoryBreakdown.Source;
import dev.windlass.cuda.memory.MemoryUse;
import dev.windlass.cuda.memory.pool.Segments;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * TensorFlow's best-fit allocator with coalescing, growing as needed.
 *
 * <p>Requests are rounded to 256 bytes. Free blocks lie in 21 bins, bin {@code b} with those of at
 * least {@code 256 * 2^b} bytes, each ordered by size and address; the first that is large enough
 * from the request's bin on is taken, and cut if it is twice as large or 128 MiB would be wasted. A
 * freed block merges with free neighbours. Regions start at 2 MiB and double; when the device
 * refuses, less is asked for by a tenth at a time, and then regions that are wholly free go back,
 * if that makes room enough.
 *
 * <p>It knows one stream: what is freed is given out at once to whoever asks. With several streams
 * that would not be safe, and it flatters this policy's figures where a trace has two.
 */
public final class BfcAllocator implements DeviceAllocator {
  static final long UNIT = 256;
  private static final int BINS = 21;
  private static final long FIRST_REGION = 2L << 20;
  private static final long MOST_WASTE = 128L << 20;

  private final Segments segments;
  private final long limit;
  private final List<TreeSet<Block>> bins = new ArrayList<>();
  private final FreeBlocks none = new FreeBlocks(false);
  private final Block probe = new Block(none, 0, 0, 0);
  private final AddressMap<Block> live = new AddressMap<>();
  private final Account account = new Account();
  private long nextRegion = FIRST_REGION;
  private long held;

  /**
   * Makes an allocator.
   *
   * @param limit the most bytes to hold
   */
  public BfcAllocator(Segments segments, long limit) {
    this.segments = segments;
    this.limit = limit;
    for (int bin = 0; bin < BINS; bin++) {
      bins.add(new TreeSet<>(Block.BY_SIZE));
    }
  }

  static int bin(long bytes) {
    return Math.min(BINS - 1, 63 - Long.numberOfLeadingZeros(Math.max(bytes, UNIT) / UNIT));
  }

  @Override
  public synchronized long allocate(long bytes, long stream) {
    long size = Account.round(bytes, UNIT);
    Block block = find(size);
    if (block == null) {
      grow(bytes, size);
      block = find(size);
    }
    if (block == null) {
      throw new IllegalStateException("A new region is large enough for what it is made for");
    }
    block.allocated = true;
    live.put(block.address, block);
    account.allocated(bytes, held);
    return block.address;
  }

  private @Nullable Block find(long size) {
    for (int bin = bin(size); bin < BINS; bin++) {
      probe.bytes = size;
      Block found = bins.get(bin).ceiling(probe);
      if (found != null) {
        bins.get(bin).remove(found);
        if (found.bytes >= 2 * size || found.bytes - size >= MOST_WASTE) {
          insert(found.split(size));
        }
        return found;
      }
    }
    return null;
  }

  private void insert(Block block) {
    bins.get(bin(block.bytes)).add(block);
  }

  private void grow(long bytes, long size) {
    try {
      extend(size);
    } catch (CudaException refused) {
      releaseFreeRegions(size);
      try {
        extend(size);
      } catch (CudaException last) {
        throw account.outOfMemory(bytes, use(), Source.SEGMENTS, last);
      }
    }
  }

  private void extend(long size) {
    long available = (limit - held) / UNIT * UNIT;
    if (size > available) {
      throw CudaException.of("the limit", 2);
    }
    boolean doubled = false;
    while (size > nextRegion) {
      nextRegion *= 2;
      doubled = true;
    }
    Block region = region(Math.min(nextRegion, available), size);
    held += region.bytes;
    insert(region);
    if (!doubled) {
      nextRegion *= 2;
    }
  }

  /** Asks for a region, then for less and less, down to what is needed. */
  private Block region(long most, long least) {
    for (long bytes = most; ; ) {
      try {
        return new Block(none, 0, segments.allocate(bytes), bytes);
      } catch (CudaException e) {
        bytes = (long) (bytes * 0.9) / UNIT * UNIT;
        if (bytes < least) {
          throw e;
        }
      }
    }
  }

  private void releaseFreeRegions(long size) {
    List<Block> free = freeRegions();
    long bytes = free.stream().mapToLong(b -> b.bytes).sum();
    if (limit - held + bytes >= size) {
      free.forEach(this::release);
    }
  }

  private List<Block> freeRegions() {
    List<Block> free = new ArrayList<>();
    for (TreeSet<Block> bin : bins) {
      bin.stream().filter(Block::whole).forEach(free::add);
    }
    return free;
  }

  private void release(Block region) {
    bins.get(bin(region.bytes)).remove(region);
    segments.free(region.address);
    held -= region.bytes;
  }

  @Override
  public synchronized void free(long address, long bytes, long stream) {
    account.freed(bytes);
    free(live.remove(address));
  }

  private void free(Block block) {
    block.allocated = false;
    Block next = Growth.mergeable(block.next, true);
    if (next != null) {
      bins.get(bin(next.bytes)).remove(next);
      block.absorbNext();
    }
    Block previous = Growth.mergeable(block.previous, true);
    if (previous != null) {
      bins.get(bin(previous.bytes)).remove(previous);
      previous.absorbNext();
      insert(previous);
    } else {
      insert(block);
    }
  }

  @Override
  public void forget(long stream) {}

  @Override
  public synchronized long trim(long bytesToKeep) {
    long before = held;
    for (Block region : freeRegions()) {
      if (held - region.bytes >= bytesToKeep) {
        release(region);
      }
    }
    return before - held;
  }

  @Override
  public synchronized MemoryUse use() {
    return account.use(freeRegions().stream().mapToLong(b -> b.bytes).sum(), held);
  }

  @Override
  public synchronized void close() {
    live.removeAll(this::free);
    trim(0);
  }
}
