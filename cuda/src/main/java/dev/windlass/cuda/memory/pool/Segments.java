package dev.windlass.cuda.memory.pool;

/**
 * Memory in whole segments: what a pool stands on where the device has no virtual memory. A call
 * that fails throws a {@link dev.windlass.cuda.driver.CudaException} and has done nothing.
 */
public interface Segments {
  /**
   * Allocates a segment; error 2 (out of memory) if the device has no such piece.
   *
   * @return its address, a multiple of 512
   */
  long allocate(long bytes);

  /** Frees a segment, after all work of the device is done. */
  void free(long address);

  /**
   * What the device has.
   *
   * @param freeAndTotal takes the two numbers, in bytes
   */
  void info(long[] freeAndTotal);
}
