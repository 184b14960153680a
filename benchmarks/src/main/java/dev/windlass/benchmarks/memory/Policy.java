package dev.windlass.benchmarks.memory;

import dev.windlass.benchmarks.policy.ArithmeticMemory;
import dev.windlass.benchmarks.policy.BfcAllocator;
import dev.windlass.benchmarks.policy.CachingAllocator;
import dev.windlass.benchmarks.policy.RmmPool;
import dev.windlass.cuda.memory.DeviceAllocator;
import dev.windlass.benchmarks.policy.StreamOrder;

/** The allocators that are compared. */
enum Policy {
  /** PyTorch's, as it is by default. */
  CACHING("PyTorch caching"),
  /** PyTorch's with expandable segments. */
  EXPANDABLE("PyTorch expandable"),
  /** TensorFlow's. */
  BFC("TensorFlow BFC"),
  /** RMM's. */
  RMM("RMM pool");

  private final String title;

  Policy(String title) {
    this.title = title;
  }

  String title() {
    return title;
  }

  DeviceAllocator over(ArithmeticMemory memory, StreamOrder order) {
    return switch (this) {
      case CACHING -> CachingAllocator.segments(memory, order);
      case EXPANDABLE -> CachingAllocator.expandable(memory, memory.limit(), order);
      case BFC -> new BfcAllocator(memory, memory.limit());
      case RMM -> new RmmPool(memory, order);
    };
  }
}
