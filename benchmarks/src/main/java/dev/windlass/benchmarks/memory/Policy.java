package dev.windlass.benchmarks.memory;

import dev.windlass.benchmarks.policy.ArithmeticMemory;
import dev.windlass.benchmarks.policy.BfcAllocator;
import dev.windlass.benchmarks.policy.CachingAllocator;
import dev.windlass.benchmarks.policy.RmmPool;
import dev.windlass.cuda.memory.DeviceAllocator;
import dev.windlass.cuda.memory.pool.MemoryPool;
import dev.windlass.cuda.memory.pool.PoolSettings;
import dev.windlass.cuda.memory.pool.StreamOrder;
import java.time.Duration;

/** The allocators that are compared. */
enum Policy {
  /** Our pool, over pages. */
  WINDLASS("Windlass"),
  /** Our pool where the device has no virtual memory. */
  WINDLASS_SEGMENTS("Windlass, segments"),
  /** PyTorch's, as it is by default. */
  CACHING("PyTorch caching"),
  /** PyTorch's with expandable segments. */
  EXPANDABLE("PyTorch expandable"),
  /** TensorFlow's. */
  BFC("TensorFlow BFC"),
  /** RMM's. */
  RMM("RMM pool");

  /** A replay is over before memory could be given back for its age. */
  private static final PoolSettings KEEP = PoolSettings.GROW.withGiveBackAfter(Duration.ZERO);

  private final String title;

  Policy(String title) {
    this.title = title;
  }

  String title() {
    return title;
  }

  DeviceAllocator over(ArithmeticMemory memory, StreamOrder order) {
    return switch (this) {
      case WINDLASS -> MemoryPool.overPages(memory, order, KEEP);
      case WINDLASS_SEGMENTS -> MemoryPool.overSegments(memory, order, KEEP);
      case CACHING -> CachingAllocator.segments(memory, order);
      case EXPANDABLE -> CachingAllocator.expandable(memory, memory.limit(), order);
      case BFC -> new BfcAllocator(memory, memory.limit());
      case RMM -> new RmmPool(memory, order);
    };
  }
}
