package dev.windlass.cuda.driver;

/** The driver's own stream-ordered allocator. */
public interface MemoryPoolCalls {
  /** {@code cuDeviceGetDefaultMemPool}. */
  long defaultMemoryPool(int device);

  /**
   * {@code cuMemAllocFromPoolAsync}: usable by work that comes after it on the stream, and by other
   * streams once they have waited for that.
   */
  long allocateFromPool(long pool, long bytes, long stream);

  /** {@code cuMemFreeAsync}: freed when the stream gets there. */
  void freeToPool(long address, long stream);

  /** {@code cuMemPoolTrimTo}: gives back what is unused, down to so many bytes reserved. */
  void trimPool(long pool, long bytesToKeep);

  /** {@code cuMemPoolGetAttribute}. */
  long poolAttribute(long pool, PoolAttribute attribute);

  /**
   * {@code cuMemPoolSetAttribute}.
   *
   * @param attribute {@link PoolAttribute#RELEASE_THRESHOLD}, or a high-water mark, which takes 0
   */
  void setPoolAttribute(long pool, PoolAttribute attribute, long value);
}
