package dev.windlass.cuda.memory.pool;

import dev.windlass.cuda.driver.CudaException;
import dev.windlass.cuda.memory.MemoryBreakdown.Source;
import java.util.List;
import java.util.Optional;

/** What an arena's blocks are made of. All methods are called under the depot's lock. */
sealed interface Backing permits Pages, SegmentList {
  Source source();

  /** What the device has, as {@link PhysicalMemory#info}. */
  void info(long[] freeAndTotal);

  /**
   * Puts the memory for a request together: from free memory that the owner may use, and from new
   * memory within the limit. Either all of it is done or nothing.
   *
   * @return the address, or 0 if limit or device do not allow it
   */
  long grow(Owner owner, long bytes);

  /** What the driver said, if that is why the last {@link #grow} or {@link #reserve} failed. */
  Optional<CudaException> refusal();

  /** Takes so many bytes from the device; whether it could. */
  boolean reserve(long bytes);

  /** Undoes what could not be undone before, if it can be now. */
  void settle();

  /** A block becomes free. */
  void touched(Block block);

  /** Time passes: what is freed from now on is younger. */
  void tick();

  /**
   * Gives idle memory back.
   *
   * @param bytesToKeep of all that is held
   * @param idleTicks the age from which on it goes
   */
  long giveBack(long bytesToKeep, int idleTicks);

  long held();

  long mostHeld();

  /** Free bytes in whole pages or segments. */
  long whole();

  /** The largest request that could be served without new memory, if all streams were done. */
  long largest();

  /** The first blocks of all regions. */
  List<Block> regions();

  /** The counters with its own filled in. */
  PoolCounters addTo(PoolCounters counters);

  /** Gives everything back. What fails is kept for the next call. */
  void close(Failures failures);
}
