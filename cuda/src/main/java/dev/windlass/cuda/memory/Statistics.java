package dev.windlass.cuda.memory;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts what goes through an allocator. The amounts are what callers asked for, without what
 * rounding costs; {@link #use()} has that. Safe for use by many threads: live amounts and peaks are
 * exact at any time, counters when nobody is between two steps.
 */
public final class Statistics extends AllocatorAround {
  private final LongAdder allocations = new LongAdder();
  private final LongAdder frees = new LongAdder();
  private final LongAdder failures = new LongAdder();
  private final LongAdder allocatedBytes = new LongAdder();
  private final AtomicLong liveBytes = new AtomicLong();
  private final AtomicLong liveCount = new AtomicLong();
  private final AtomicLong peakBytes = new AtomicLong();
  private final AtomicLong peakCount = new AtomicLong();

  /** Counts what goes through this one, from now on. */
  public Statistics(DeviceAllocator inner) {
    super(inner);
  }

  /**
   * What was counted.
   *
   * @param allocations how many allocations succeeded
   * @param frees how many were freed
   * @param failures how many allocations failed for want of memory
   * @param allocatedBytes all that was ever allocated
   * @param liveBytes allocated and not freed
   * @param liveCount how many allocations these are
   * @param peakBytes the most live bytes since the start or {@link Statistics#resetPeaks}
   * @param peakCount the most live allocations since then
   */
  public record Counts(
      long allocations,
      long frees,
      long failures,
      long allocatedBytes,
      long liveBytes,
      long liveCount,
      long peakBytes,
      long peakCount) {}

  @Override
  public long allocate(long bytes, long stream) {
    long address;
    try {
      address = inner.allocate(bytes, stream);
    } catch (OutOfDeviceMemoryException e) {
      failures.increment();
      throw e;
    }
    allocations.increment();
    allocatedBytes.add(bytes);
    raise(peakBytes, liveBytes.addAndGet(bytes));
    raise(peakCount, liveCount.incrementAndGet());
    return address;
  }

  /** Counted before it is done: whoever gets the memory next must not find it counted twice. */
  @Override
  public void free(long address, long bytes, long stream) {
    liveBytes.addAndGet(-bytes);
    liveCount.decrementAndGet();
    try {
      inner.free(address, bytes, stream);
    } catch (RuntimeException e) {
      liveBytes.addAndGet(bytes);
      liveCount.incrementAndGet();
      throw e;
    }
    frees.increment();
  }

  /** What was counted so far. */
  public Counts counts() {
    return new Counts(
        allocations.sum(),
        frees.sum(),
        failures.sum(),
        allocatedBytes.sum(),
        liveBytes.get(),
        liveCount.get(),
        peakBytes.get(),
        peakCount.get());
  }

  /** From now on the peaks are of what comes: to measure one part of a program. */
  public void resetPeaks() {
    peakBytes.set(liveBytes.get());
    peakCount.set(liveCount.get());
  }

  private static void raise(AtomicLong peak, long now) {
    long before = peak.get();
    while (now > before && !peak.compareAndSet(before, now)) {
      before = peak.get();
    }
  }
}
