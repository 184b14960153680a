package dev.windlass.cuda.memory;

import java.util.List;
import java.util.OptionalInt;

/**
 * Who holds what, at the moment at which an allocation failed. All amounts are bytes.
 *
 * <p>{@code held = live + cached + fragmented}. Each part of a stack of allocators fills in what it
 * knows: the pool the amounts, {@link AllocationTracker} the largest allocations, {@link
 * FailureCallback} whether it was asked. A device context adds what other processes hold, where
 * NVML tells that within two seconds.
 *
 * @param asked what was asked for
 * @param largestFree the largest request that could be served from what is held
 * @param live in use by the program
 * @param cached held and not in use, in whole pages or segments
 * @param fragmented held and not in use, in pieces that cannot be given back
 * @param held taken from the device
 * @param limit how much may be held; {@link #NO_LIMIT} without a limit
 * @param deviceFree free on the device; {@link #UNKNOWN} where it could not be asked
 * @param deviceTotal what the device has; {@link #UNKNOWN} where it could not be asked
 * @param otherProcesses held by other processes on the device; {@link #UNKNOWN} where that is not
 *     known
 * @param source how this memory is taken from the device
 * @param callbackCalls how often a failure callback was asked to free memory; empty without one
 * @param tracked whether places of allocations are recorded
 * @param largest the largest live allocations, the largest first; empty unless tracked
 */
public record MemoryBreakdown(
    long asked,
    long largestFree,
    long live,
    long cached,
    long fragmented,
    long held,
    long limit,
    long deviceFree,
    long deviceTotal,
    long otherProcesses,
    Source source,
    OptionalInt callbackCalls,
    boolean tracked,
    List<LiveAllocation> largest) {
  /** The limit of a pool that has none. */
  public static final long NO_LIMIT = Long.MAX_VALUE;

  /** An amount that is not known. */
  public static final long UNKNOWN = -1;

  /** How memory is taken from the device. */
  public enum Source {
    /** Pages mapped to addresses: pieces of free memory can be put together. */
    VIRTUAL_MEMORY,
    /** Whole segments: pieces in different segments cannot be put together. */
    SEGMENTS,
    /** The driver's own pool. */
    DRIVER_POOL,
    /** One call of the driver for each allocation. */
    DRIVER_CALLS
  }

  /** Makes the list unchangeable. */
  public MemoryBreakdown {
    largest = List.copyOf(largest);
  }

  /** What a pool knows of itself and the device; the rest is for the allocators around it. */
  public MemoryBreakdown(
      long asked,
      long largestFree,
      long live,
      long cached,
      long fragmented,
      long held,
      long limit,
      long deviceFree,
      long deviceTotal,
      Source source) {
    this(
        asked,
        largestFree,
        live,
        cached,
        fragmented,
        held,
        limit,
        deviceFree,
        deviceTotal,
        UNKNOWN,
        source,
        OptionalInt.empty(),
        false,
        List.of());
  }

  /** The same, with what other processes hold on the device. */
  public MemoryBreakdown withOtherProcesses(long bytes) {
    return new MemoryBreakdown(
        asked,
        largestFree,
        live,
        cached,
        fragmented,
        held,
        limit,
        deviceFree,
        deviceTotal,
        bytes,
        source,
        callbackCalls,
        tracked,
        largest);
  }

  /** The same, after a failure callback was asked so many times more. */
  public MemoryBreakdown withCallbackCalls(int more) {
    return new MemoryBreakdown(
        asked,
        largestFree,
        live,
        cached,
        fragmented,
        held,
        limit,
        deviceFree,
        deviceTotal,
        otherProcesses,
        source,
        OptionalInt.of(callbackCalls.orElse(0) + more),
        tracked,
        largest);
  }

  /** The same, tracked, with the largest live allocations. */
  public MemoryBreakdown withLargest(List<LiveAllocation> allocations) {
    return new MemoryBreakdown(
        asked,
        largestFree,
        live,
        cached,
        fragmented,
        held,
        limit,
        deviceFree,
        deviceTotal,
        otherProcesses,
        source,
        callbackCalls,
        true,
        allocations);
  }

  /**
   * In use on the device by anything but this pool: other processes, other pools of this process,
   * CUDA itself. {@link #UNKNOWN} where the device could not be asked.
   */
  public long outside() {
    return deviceTotal == UNKNOWN || deviceFree == UNKNOWN
        ? UNKNOWN
        : Math.max(0, deviceTotal - deviceFree - held);
  }
}
