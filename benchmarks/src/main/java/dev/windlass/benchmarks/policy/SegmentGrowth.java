package dev.windlass.benchmarks.policy;

import dev.windlass.cuda.memory.pool.Segments;
import java.util.ArrayList;

/**
 * Segments of 2 MiB for requests up to 1 MiB, of 20 MiB up to 10 MiB, and above that the request
 * rounded to 2 MiB. A segment goes back when all of it is free.
 */
final class SegmentGrowth implements Growth {
  private static final long MIB = 1L << 20;

  private final Segments segments;
  private long held;

  SegmentGrowth(Segments segments) {
    this.segments = segments;
  }

  static long segmentBytes(long bytes) {
    if (bytes <= MIB) {
      return 2 * MIB;
    }
    return bytes < 10 * MIB ? 20 * MIB : (bytes + 2 * MIB - 1) / (2 * MIB) * (2 * MIB);
  }

  @Override
  public Block grow(FreeBlocks blocks, long bytes, long stream) {
    long size = segmentBytes(bytes);
    Block block = new Block(blocks, stream, segments.allocate(size), size);
    held += size;
    return block;
  }

  /** Small requests leave no hole; a large block is cut if more than 1 MiB is left over. */
  @Override
  public boolean splits(FreeBlocks blocks, long rest) {
    return blocks.small ? rest >= CachingAllocator.UNIT : rest > MIB;
  }

  @Override
  public long release(FreeBlocks blocks, long bytesToKeep) {
    long before = held;
    for (Block block : new ArrayList<>(blocks.mapped)) {
      if (block.whole() && held - block.bytes >= bytesToKeep) {
        blocks.mapped.remove(block);
        segments.free(block.address);
        held -= block.bytes;
      }
    }
    return before - held;
  }

  @Override
  public long held() {
    return held;
  }

  @Override
  public void close() {} // release has given back all that is free
}
