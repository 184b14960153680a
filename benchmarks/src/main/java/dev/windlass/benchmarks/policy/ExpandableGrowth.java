package dev.windlass.benchmarks.policy;

import dev.windlass.cuda.memory.pool.PhysicalMemory;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One segment per stream and size class that has addresses for the whole device; pages of 2 MiB for
 * small requests and 20 MiB for large ones are mapped at its lowest free addresses, so that a free
 * block at the end grows. When memory runs out, whole pages within free blocks are unmapped.
 */
final class ExpandableGrowth implements Growth {
  private static final long MIB = 1L << 20;

  private final PhysicalMemory memory;
  private final long deviceBytes;
  private final List<ExpandableSegment> segments = new ArrayList<>();
  private long held;

  ExpandableGrowth(PhysicalMemory memory, long deviceBytes) {
    this.memory = memory;
    this.deviceBytes = deviceBytes;
  }

  @Override
  public Block grow(FreeBlocks blocks, long bytes, long stream) {
    Block block = candidate(blocks, bytes, stream);
    if (!block.mapped) {
      block = map(block, Math.min(block.bytes, bytes));
    }
    while (block.bytes < bytes) {
      Block next = block.next;
      if (next == null) {
        throw new IllegalStateException("A candidate has addresses for what is asked");
      }
      block = map(next, Math.min(next.bytes, bytes - block.bytes));
    }
    blocks.mapped.remove(block);
    return block;
  }

  /** The lowest free block, or unmapped one, after which there are addresses for the request. */
  private Block candidate(FreeBlocks blocks, long bytes, long stream) {
    for (Block unmapped : blocks.unmapped(stream)) {
      Block before = Growth.mergeable(unmapped.previous, true);
      Block start = before == null ? unmapped : before;
      long there = 0;
      for (Block b = start; b != null && !b.allocated && there < bytes; b = b.next) {
        there += b.bytes;
      }
      if (there >= bytes) {
        return start;
      }
    }
    ExpandableSegment segment =
        new ExpandableSegment(memory, blocks.small ? 2 * MIB : 20 * MIB, deviceBytes);
    segments.add(segment);
    Block all = new Block(blocks, stream, segment.address, segment.bytes);
    all.segment = segment;
    all.mapped = false;
    blocks.unmapped.add(all);
    return all;
  }

  /**
   * Maps the first bytes of an unmapped block; the result is in the set, merged with neighbours.
   */
  private Block map(Block block, long bytes) {
    FreeBlocks blocks = block.free;
    long mapped = segment(block).map(block.address, bytes);
    held += mapped;
    blocks.unmapped.remove(block);
    if (mapped < block.bytes) {
      blocks.unmapped.add(block.split(mapped));
    }
    block.mapped = true;
    Block merged = merge(block, blocks);
    blocks.mapped.add(merged);
    return merged;
  }

  private static Block merge(Block block, FreeBlocks blocks) {
    Block next = Growth.mergeable(block.next, true);
    if (next != null) {
      blocks.mapped.remove(next);
      block.absorbNext();
    }
    Block previous = Growth.mergeable(block.previous, true);
    if (previous != null) {
      blocks.mapped.remove(previous);
      previous.absorbNext();
      return previous;
    }
    return block;
  }

  /** Nothing but less than a unit is ever left over. */
  @Override
  public boolean splits(FreeBlocks blocks, long rest) {
    return rest >= CachingAllocator.UNIT;
  }

  @Override
  public long release(FreeBlocks blocks, long bytesToKeep) {
    long before = held;
    for (Block block : new ArrayList<>(blocks.mapped)) {
      if (held > bytesToKeep) {
        unmap(block);
      }
    }
    return before - held;
  }

  private void unmap(Block block) {
    FreeBlocks blocks = block.free;
    ExpandableSegment segment = segment(block);
    long start = segment.pageAfter(block.address);
    long end = segment.pageBefore(block.address + block.bytes);
    if (start >= end) {
      return;
    }
    segment.unmap(start, end - start);
    held -= end - start;
    blocks.mapped.remove(block);
    Block middle = block;
    if (start > block.address) {
      middle = block.split(start - block.address);
      blocks.mapped.add(block);
    }
    if (middle.bytes > end - start) {
      blocks.mapped.add(middle.split(end - start));
    }
    middle.mapped = false;
    Block next = Growth.mergeable(middle.next, false);
    if (next != null) {
      blocks.unmapped.remove(next);
      middle.absorbNext();
    }
    Block previous = Growth.mergeable(middle.previous, false);
    if (previous != null) {
      blocks.unmapped.remove(previous);
      previous.absorbNext();
      middle = previous;
    }
    blocks.unmapped.add(middle);
  }

  @Override
  public long held() {
    return held;
  }

  @Override
  public void close() {
    segments.forEach(ExpandableSegment::close);
  }

  private static ExpandableSegment segment(Block block) {
    @Nullable ExpandableSegment segment = block.segment;
    if (segment == null) {
      throw new IllegalStateException("Not a block of an expandable segment");
    }
    return segment;
  }
}
