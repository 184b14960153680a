package dev.windlass.benchmarks.policy;

import dev.windlass.cuda.driver.CudaException;
import dev.windlass.cuda.memory.DeviceAllocator;
import dev.windlass.cuda.memory.MemoryBreakdown.Source;
import dev.windlass.cuda.memory.MemoryUse;
import dev.windlass.cuda.memory.pool.PhysicalMemory;
import dev.windlass.cuda.memory.pool.Segments;
import dev.windlass.cuda.memory.pool.StreamOrder;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * PyTorch's caching allocator.
 *
 * <p>Requests are rounded to 512 bytes. Those up to 1 MiB and those above have free blocks apart.
 * The smallest free block of the same stream that is large enough serves a request, and is cut if
 * enough is left over. A freed block merges with free neighbours. On a miss more memory is taken
 * from the device; if that is refused, all that is wholly free goes back and it is tried once more.
 *
 * <p>A block that is freed on another stream than its own waits for an event of that stream before
 * its own stream may have it again. One lock guards all.
 */
public final class CachingAllocator implements DeviceAllocator {
  static final long UNIT = 512;
  private static final long SMALL = 1L << 20;

  private final Growth growth;
  private final StreamOrder order;
  private final FreeBlocks small = new FreeBlocks(true);
  private final FreeBlocks large = new FreeBlocks(false);
  private final AddressMap<Block> live = new AddressMap<>();
  private final Deque<Waiting> waiting = new ArrayDeque<>();
  private final Account account = new Account();

  private record Waiting(Block block, long event) {}

  private CachingAllocator(Growth growth, StreamOrder order) {
    this.growth = growth;
    this.order = order;
  }

  /** As it is by default: one call of the driver per segment. */
  public static CachingAllocator segments(Segments segments, StreamOrder order) {
    return new CachingAllocator(new SegmentGrowth(segments), order);
  }

  /** With {@code expandable_segments}: pages mapped to the end of one long segment per stream. */
  public static CachingAllocator expandable(
      PhysicalMemory memory, long deviceBytes, StreamOrder order) {
    return new CachingAllocator(new ExpandableGrowth(memory, deviceBytes), order);
  }

  @Override
  public synchronized long allocate(long bytes, long stream) {
    freeWhatIsDone();
    long size = Account.round(bytes, UNIT);
    FreeBlocks blocks = size <= SMALL ? small : large;
    Block block = blocks.bestFit(stream, size);
    if (block == null) {
      block = grow(blocks, bytes, size, stream);
    } else {
      blocks.mapped.remove(block);
    }
    if (growth.splits(blocks, block.bytes - size)) {
      blocks.mapped.add(block.split(size));
    }
    block.allocated = true;
    live.put(block.address, block);
    account.allocated(bytes, growth.held());
    return block.address;
  }

  private Block grow(FreeBlocks blocks, long bytes, long size, long stream) {
    try {
      return growth.grow(blocks, size, stream);
    } catch (CudaException e) {
      trim(0);
      try {
        return growth.grow(blocks, size, stream);
      } catch (CudaException last) {
        throw account.outOfMemory(bytes, use(), Source.SEGMENTS, last);
      }
    }
  }

  @Override
  public synchronized void free(long address, long bytes, long stream) {
    Block block = live.remove(address);
    account.freed(bytes);
    if (block.stream == stream) {
      free(block);
    } else {
      long event = order.createEvent();
      order.record(event, stream);
      waiting.add(new Waiting(block, event));
    }
  }

  private void freeWhatIsDone() {
    while (!waiting.isEmpty() && order.isDone(waiting.getFirst().event)) {
      order.destroyEvent(waiting.getFirst().event);
      free(waiting.removeFirst().block);
    }
  }

  private void free(Block block) {
    FreeBlocks blocks = block.free;
    block.allocated = false;
    Block next = Growth.mergeable(block.next, true);
    if (next != null) {
      blocks.mapped.remove(next);
      block.absorbNext();
    }
    Block previous = Growth.mergeable(block.previous, true);
    if (previous != null) {
      blocks.mapped.remove(previous);
      previous.absorbNext();
      blocks.mapped.add(previous);
    } else {
      blocks.mapped.add(block);
    }
  }

  @Override
  public void forget(long stream) {} // its blocks stay its own, as in the original

  @Override
  public synchronized long trim(long bytesToKeep) {
    if (!waiting.isEmpty()) {
      order.synchronize();
      freeWhatIsDone();
    }
    return growth.release(small, bytesToKeep) + growth.release(large, bytesToKeep);
  }

  @Override
  public synchronized MemoryUse use() {
    long cached = 0;
    for (FreeBlocks blocks : List.of(small, large)) {
      for (Block block : blocks.mapped) {
        cached += block.whole() ? block.bytes : 0;
      }
    }
    return account.use(cached, growth.held());
  }

  @Override
  public synchronized void close() {
    live.removeAll(this::free);
    trim(0);
    growth.close();
  }
}
