package dev.windlass.cuda.memory.pool;

import dev.windlass.cuda.driver.CudaDriver;
import dev.windlass.cuda.driver.DeviceAttribute;
import dev.windlass.cuda.memory.DeviceAllocator;
import dev.windlass.cuda.memory.MemoryUse;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A pool of device memory that grows as it is needed, shares memory among streams without making
 * the host wait, hardly fragments, and gives back what is not used.
 *
 * <h2>Three levels</h2>
 *
 * <p><b>Magazine</b>, one per stream. What a stream frees it may have back at once, since it runs
 * its work in order. So a free pushes the address on a stack for its size, and an allocation pops
 * it: no lookup, no object, no lock but the stream's own, which is one compare-and-set. This is
 * what a program at work does all the time.
 *
 * <p><b>Arena</b>. All addresses in their order, as live and free blocks that split and join. A
 * free block has an owner: the stream whose work may still use it, or nobody. Time on a stream is
 * counted in epochs; an epoch is closed by one recorded event, whatever number of frees is in it,
 * and when the event is done its blocks are nobody's.
 *
 * <p><b>Pages</b> (or segments). Physical memory, apart from addresses: pages that are free are
 * moved to where a request needs them, also while earlier work still uses their old addresses.
 *
 * <h2>When the magazine has nothing</h2>
 *
 * <ol>
 *   <li>the smallest block that fits, of those of this stream and of nobody;
 *   <li>the same after all magazines gave up what they have above 1 MiB, which joins in the arena;
 *   <li>the same after they gave up everything, if that is more than 8 MiB and 1/128 of the pool
 *       (below that a warm cache is worth more than its memory);
 *   <li>the same after looking which epochs are done;
 *   <li>several blocks side by side, of this stream and of nobody;
 *   <li>the smallest block of another stream that fits: this stream is made to wait, on the device;
 *   <li>pages of free blocks, moved to one place, and new pages within the limit for what lacks;
 *   <li>the same without any cache, if there was one left;
 *   <li>the same with all free memory, after this stream was made to wait for all others;
 *   <li>{@link dev.windlass.cuda.memory.OutOfDeviceMemoryException}.
 * </ol>
 *
 * <p>So memory that is only cached never makes a request fail, and the limit holds for what is
 * taken from the device, not for what is asked for. With segments, step 7 is: a new segment, and if
 * limit or device do not allow it, the same after all empty ones went back.
 *
 * <h2>Failures</h2>
 *
 * <p>A call of the driver that fails in the middle of a request is undone before the exception
 * leaves; the pool can be used on. What the device refuses for want of memory, though the limit
 * would allow it (other processes have it), counts like the limit.
 *
 * <h2>Giving back</h2>
 *
 * <p>A thread of the pool ticks four times in {@link PoolSettings#giveBackAfter}. At a tick a
 * magazine gives up what nobody wanted since the last one (its low-water mark), and whole pages
 * that nobody used for four ticks go back to the device.
 *
 * <h2>Threads</h2>
 *
 * <p>Locks are taken in the order depot (arena and below), magazine. Threads that work on different
 * streams share nothing while their magazines serve them. A magazine's lock is held for some
 * nanoseconds; the depot's also during calls of the driver, and parks who waits.
 */
public final class MemoryPool implements DeviceAllocator {
  private static final int TICKS = 4;

  private final StreamTable streams = new StreamTable();
  private final Depot depot;
  private final @Nullable Ticker ticker;

  private interface Behind {
    Backing make(Arena arena, Epochs epochs, long most);
  }

  private MemoryPool(StreamOrder order, PoolSettings settings, long total, Behind behind) {
    Arena arena = new Arena();
    Epochs epochs = new Epochs(order, arena);
    long most = Math.min(settings.limit(), total);
    this.depot =
        new Depot(
            streams,
            order,
            arena,
            epochs,
            behind.make(arena, epochs, most),
            settings.limit(),
            most,
            (long) (settings.reserve() * most));
    Duration age = settings.giveBackAfter();
    this.ticker = age.isZero() ? null : Ticker.start(age.dividedBy(TICKS), this::tick);
  }

  /**
   * Makes a pool for a device: over virtual memory if the device has it, else over segments.
   *
   * @param device the driver's handle of the device
   * @param context its context, current on this thread
   * @throws dev.windlass.cuda.memory.OutOfDeviceMemoryException if it cannot reserve what it shall
   * @throws IllegalArgumentException if the limit is less than a page of the device
   * @throws dev.windlass.cuda.driver.CudaException if a call of the driver fails
   */
  public static MemoryPool open(
      CudaDriver driver, int device, long context, PoolSettings settings) {
    StreamOrder order = new DriverStreams(driver, context);
    boolean virtual =
        driver.deviceAttribute(device, DeviceAttribute.VIRTUAL_MEMORY_MANAGEMENT_SUPPORTED) != 0;
    return virtual
        ? overPages(new DriverPages(driver, device), order, settings)
        : overSegments(new DriverSegments(driver), order, settings);
  }

  /** Makes a pool over virtual memory. */
  public static MemoryPool overPages(
      PhysicalMemory memory, StreamOrder order, PoolSettings settings) {
    return overPages(memory, order, settings, Pages.CHUNKS_PER_POOL);
  }

  static MemoryPool overPages(
      PhysicalMemory memory, StreamOrder order, PoolSettings settings, int chunksPerPool) {
    long[] device = new long[2];
    memory.info(device);
    long page = memory.granularity();
    if (settings.limit() < page) {
      throw new IllegalArgumentException(
          "The device's memory comes in pages of "
              + page
              + " bytes, so the limit is that or more, not "
              + settings.limit());
    }
    return new MemoryPool(
        order,
        settings,
        device[1],
        (arena, epochs, most) -> new Pages(memory, arena, epochs.owners(), most, chunksPerPool));
  }

  /** Makes a pool over segments. */
  public static MemoryPool overSegments(
      Segments segments, StreamOrder order, PoolSettings settings) {
    long[] device = new long[2];
    segments.info(device);
    return new MemoryPool(
        order,
        settings,
        device[1],
        (arena, epochs, most) -> new SegmentList(segments, arena, most));
  }

  @Override
  public long allocate(long bytes, long stream) {
    Magazine magazine = streams.find(stream);
    if (magazine != null) {
      long address = magazine.take(bytes);
      if (address != 0) {
        return address;
      }
    }
    return depot.allocate(bytes, stream);
  }

  @Override
  public void free(long address, long bytes, long stream) {
    Magazine magazine = streams.find(stream);
    if (magazine == null || !magazine.put(address, bytes)) {
      depot.free(address, bytes, stream);
    }
  }

  @Override
  public void forget(long stream) {
    depot.forget(stream);
  }

  /**
   * {@inheritDoc}
   *
   * <p>Only memory whose work is done; it does not wait.
   */
  @Override
  public long trim(long bytesToKeep) {
    return depot.trim(bytesToKeep);
  }

  /**
   * {@inheritDoc}
   *
   * <p>The peak of live memory is exact while one stream is used; with several it is what their own
   * peaks add up to, but never more than was given out and cached by streams at one time.
   */
  @Override
  public MemoryUse use() {
    return depot.use();
  }

  /** The largest request that could be served from what is held, when all streams are done. */
  public long largestFree() {
    return depot.largestFree();
  }

  /**
   * How much of the free memory cannot be used for one large request, from 0 (none, or nothing is
   * free) to 1.
   */
  public double fragmentation() {
    MemoryUse use = use();
    long free = use.held() - use.live();
    return free == 0 ? 0 : (double) use.fragmented() / free;
  }

  /** What the pool did so far. */
  public PoolCounters counters() {
    return depot.counters();
  }

  /** All addresses of the pool in ranges: region by region, in their order within each. */
  public List<PoolRange> map() {
    return depot.map();
  }

  /** What the pool's thread does; tests do it by hand. */
  void tick() {
    depot.tick();
  }

  /**
   * {@inheritDoc}
   *
   * <p>If the work of the device cannot be waited for, nothing is given back (a context that is
   * lost takes its memory with it). If another call of the driver fails, all others are made. What
   * failed is tried again by closing again. A free after the close does nothing.
   */
  @Override
  public void close() {
    if (ticker != null) {
      ticker.stop();
    }
    depot.close();
  }
}
