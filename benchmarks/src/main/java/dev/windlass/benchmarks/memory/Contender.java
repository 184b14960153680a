package dev.windlass.benchmarks.memory;

import dev.windlass.benchmarks.policy.ArithmeticMemory;
import dev.windlass.cuda.driver.CudaDriver;
import dev.windlass.cuda.memory.DeviceAllocator;
import dev.windlass.cuda.memory.MemoryUse;
import dev.windlass.cuda.memory.pool.MemoryPool;
import dev.windlass.cuda.memory.pool.PoolSettings;
import dev.windlass.cuda.memory.pool.StreamOrder;

/** Who allocates, as {@link AllocateFreeBenchmark} names them. */
public enum Contender {
  /** Our pool. */
  WINDLASS("Windlass: MemoryPool"),
  /** The driver, each time. */
  CALLS("cuMemAlloc, cuMemFree"),
  /** The driver's own pool, each time. */
  DRIVER_POOL("cuMemAllocFromPoolAsync, cuMemFreeAsync"),
  /** PyTorch's policy. */
  CACHING(Policy.CACHING.title()),
  /** PyTorch's policy with expandable segments. */
  EXPANDABLE(Policy.EXPANDABLE.title()),
  /** TensorFlow's policy. */
  BFC(Policy.BFC.title()),
  /** RMM's policy. */
  RMM(Policy.RMM.title());

  private final String title;

  Contender(String title) {
    this.title = title;
  }

  String title() {
    return title;
  }

  DeviceAllocator open(
      CudaDriver driver, long context, ArithmeticMemory memory, StreamOrder order) {
    return switch (this) {
      case WINDLASS -> MemoryPool.open(driver, 0, context, PoolSettings.GROW);
      case CALLS -> new Calls(driver);
      case DRIVER_POOL -> new DriverPool(driver);
      case CACHING -> Policy.CACHING.over(memory, order);
      case EXPANDABLE -> Policy.EXPANDABLE.over(memory, order);
      case BFC -> Policy.BFC.over(memory, order);
      case RMM -> Policy.RMM.over(memory, order);
    };
  }

  /** The calls and nothing else, so that the peer costs as little as it can. */
  private static class Calls implements DeviceAllocator {
    final CudaDriver driver;

    Calls(CudaDriver driver) {
      this.driver = driver;
    }

    @Override
    public long allocate(long bytes, long stream) {
      return driver.allocate(bytes);
    }

    @Override
    public void free(long address, long bytes, long stream) {
      driver.free(address);
    }

    @Override
    public final void forget(long stream) {}

    @Override
    public final long trim(long bytesToKeep) {
      return 0;
    }

    @Override
    public final MemoryUse use() {
      return new MemoryUse(0, 0, 0, 0, 0, 0);
    }

    @Override
    public final void close() {}
  }

  private static final class DriverPool extends Calls {
    private final long pool;

    DriverPool(CudaDriver driver) {
      super(driver);
      pool = driver.defaultMemoryPool(0);
    }

    @Override
    public long allocate(long bytes, long stream) {
      return driver.allocateFromPool(pool, bytes, stream);
    }

    @Override
    public void free(long address, long bytes, long stream) {
      driver.freeToPool(address, stream);
    }
  }
}
