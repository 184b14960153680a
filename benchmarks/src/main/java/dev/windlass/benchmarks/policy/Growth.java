package dev.windlass.benchmarks.policy;

import dev.windlass.cuda.driver.CudaException;
import org.jspecify.annotations.Nullable;

/** How the caching allocator comes by memory, and gives it back. */
interface Growth {
  /**
   * A block of at least so many bytes, in no set.
   *
   * @throws CudaException if the device has no more
   */
  Block grow(FreeBlocks blocks, long bytes, long stream);

  /** Whether to cut a block that is larger than what is asked by so many bytes. */
  boolean splits(FreeBlocks blocks, long rest);

  /** Gives back what is wholly free, down to so many bytes held; returns bytes given back. */
  long release(FreeBlocks blocks, long bytesToKeep);

  /** Bytes held from the device. */
  long held();

  /** Gives all back. */
  void close();

  /** A block that stood alone, or null. */
  static @Nullable Block mergeable(@Nullable Block block, boolean mapped) {
    return block != null && !block.allocated && block.mapped == mapped ? block : null;
  }
}
