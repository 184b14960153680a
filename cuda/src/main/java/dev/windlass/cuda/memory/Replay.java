package dev.windlass.cuda.memory;

import dev.windlass.cuda.memory.TraceEvent.Action;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.LongUnaryOperator;

/**
 * Drives an allocator with a trace, to see how it would have done: how much it must hold for what
 * is live, and what does not fit.
 *
 * <p>Events run in the order of the file, on the calling thread, as in RMM's replay. Failures in
 * the trace are left out: whether the allocation fails here is the question. What fails here is not
 * freed later. What the trace never frees is freed at the end.
 */
public final class Replay {
  private Replay() {}

  /**
   * How an allocator did.
   *
   * @param allocations how many allocations succeeded
   * @param failures how many failed for want of memory
   * @param unmatched lines that do not fit the others: frees of what is not live, and pointers that
   *     are allocated again without a free between, which then is assumed
   * @param leftBytes what the trace never frees
   * @param peakLive the most that was live at one time, as it was asked for
   * @param peakHeld the most that the allocator held
   */
  public record Report(
      long allocations,
      long failures,
      long unmatched,
      long leftBytes,
      long peakLive,
      long peakHeld) {
    /** Peak held by peak live, 1 at best; 1 if nothing was allocated. */
    public double ratio() {
      return peakLive == 0 ? 1 : (double) peakHeld / peakLive;
    }
  }

  /**
   * Replays a trace.
   *
   * @param trace the events, in order
   * @param allocator one that was not used before, as its peak is reported; not closed
   * @param streams the stream to use for a stream of the trace; {@link LongUnaryOperator#identity}
   *     where handles mean nothing
   */
  public static Report run(
      Iterable<TraceEvent> trace, DeviceAllocator allocator, LongUnaryOperator streams) {
    Run run = new Run(allocator, streams);
    trace.forEach(run::play);
    long left = run.liveBytes;
    run.live.values().forEach(b -> allocator.free(b.address, b.bytes, b.stream));
    return new Report(
        run.allocations, run.failures, run.unmatched, left, run.peak, allocator.use().peakHeld());
  }

  private record Block(long address, long bytes, long stream) {}

  private static final class Run {
    private final DeviceAllocator allocator;
    private final LongUnaryOperator streams;
    private final Map<Long, Block> live = new HashMap<>();
    private final Set<Long> failed = new HashSet<>();
    private long allocations;
    private long failures;
    private long unmatched;
    private long liveBytes;
    private long peak;

    Run(DeviceAllocator allocator, LongUnaryOperator streams) {
      this.allocator = allocator;
      this.streams = streams;
    }

    void play(TraceEvent e) {
      // RMM logs requests for no bytes, with any pointer.
      if (e.bytes() == 0 || e.action() == Action.ALLOCATE_FAILURE) {
        return;
      }
      long stream = streams.applyAsLong(e.stream());
      if (e.action() == Action.ALLOCATE) {
        allocate(e, stream);
      } else {
        free(e, stream);
      }
    }

    private void allocate(TraceEvent e, long stream) {
      if (live.containsKey(e.pointer())) {
        unmatched++;
        free(e, stream);
      }
      try {
        long address = allocator.allocate(e.bytes(), stream);
        live.put(e.pointer(), new Block(address, e.bytes(), stream));
        allocations++;
        liveBytes += e.bytes();
        peak = Math.max(peak, liveBytes);
      } catch (OutOfDeviceMemoryException full) {
        failures++;
        failed.add(e.pointer());
      }
    }

    private void free(TraceEvent e, long stream) {
      Block block = live.remove(e.pointer());
      if (block != null) {
        liveBytes -= block.bytes;
        allocator.free(block.address, block.bytes, stream);
      } else if (!failed.remove(e.pointer())) {
        unmatched++;
      }
    }
  }
}
