package dev.windlass.cuda.memory.pool;

/**
 * Physical memory and addresses apart: what a pool of pages stands on. All sizes and addresses are
 * multiples of {@link #granularity}. A call that fails throws a {@link
 * dev.windlass.cuda.driver.CudaException} and has done nothing.
 */
public interface PhysicalMemory {
  /** The size of a page in bytes: a power of two, at least 16 KiB. */
  long granularity();

  /** Reserves addresses, which costs no memory. */
  long reserve(long bytes);

  /** Gives back a whole reservation, in which nothing is mapped. */
  void unreserve(long address, long bytes);

  /**
   * Makes physical memory; error 2 (out of memory) if the device has no more.
   *
   * @return its handle, not 0
   */
  long create(long bytes);

  /** Gives physical memory back, at the latest when it is nowhere mapped any more. */
  void release(long handle);

  /** Maps physical memory to reserved addresses; it may be mapped at others at the same time. */
  void map(long address, long bytes, long handle);

  /** Opens mapped addresses, of one or several mappings, for the device. */
  void open(long address, long bytes);

  /** Unmaps one or several whole mappings, which no work of the device may use any more. */
  void unmap(long address, long bytes);

  /**
   * What the device has.
   *
   * @param freeAndTotal takes the two numbers, in bytes
   */
  void info(long[] freeAndTotal);
}
