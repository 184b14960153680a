package dev.windlass.cuda.memory.pool;

import dev.windlass.cuda.driver.CudaDriver;
import dev.windlass.cuda.driver.CudaError;
import dev.windlass.cuda.driver.CudaException;
import dev.windlass.cuda.driver.PoolAttribute;
import dev.windlass.cuda.memory.DeviceAllocator;
import dev.windlass.cuda.memory.MemoryBreakdown;
import dev.windlass.cuda.memory.MemoryUse;
import dev.windlass.cuda.memory.OutOfDeviceMemoryException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The driver's own stream-ordered pool ({@code cuMemAllocFromPoolAsync}), for who shares it with
 * libraries in the same process. It is the device's default pool, so other users of that pool show
 * in what is held.
 *
 * <p>The limit is checked against what is live. Frees that are still queued can make the pool pass
 * it on the device; then the host waits for them, and what is unused goes back. (Without a limit of
 * ours, the driver's own threshold is 0, by which all unused memory goes back at each
 * synchronisation; this one lets the pool keep it.)
 */
public final class CudaPool implements DeviceAllocator {
  private final CudaDriver driver;
  private final long pool;
  private final long limit;
  private final long threshold;
  private final Map<Long, Long> blocks = new ConcurrentHashMap<>();
  private final AtomicLong live = new AtomicLong();
  private final AtomicLong mostLive = new AtomicLong();

  /**
   * Makes it and lets the pool keep what it has, up to the limit.
   *
   * @param device the driver's handle of the device, whose context is current
   * @param limit the most bytes to be live; {@link MemoryBreakdown#NO_LIMIT} for none
   */
  public CudaPool(CudaDriver driver, int device, long limit) {
    this.driver = driver;
    this.pool = driver.defaultMemoryPool(device);
    this.limit = limit;
    this.threshold = driver.poolAttribute(pool, PoolAttribute.RELEASE_THRESHOLD);
    driver.setPoolAttribute(pool, PoolAttribute.RELEASE_THRESHOLD, limit);
  }

  @Override
  public long allocate(long bytes, long stream) {
    if (bytes <= 0) {
      throw new IllegalArgumentException("Memory has 1 byte or more, not " + bytes);
    }
    if (!account(bytes)) {
      throw new OutOfDeviceMemoryException(breakdown(bytes));
    }
    boolean done = false;
    try {
      long address = allocateOrReclaim(bytes, stream);
      blocks.put(address, bytes);
      done = true;
      keepToLimit();
      return address;
    } finally {
      if (!done) {
        live.addAndGet(-bytes);
      }
    }
  }

  private void keepToLimit() {
    if (limit != MemoryBreakdown.NO_LIMIT
        && driver.poolAttribute(pool, PoolAttribute.RESERVED_MEM_CURRENT) > limit) {
      driver.synchronizeContext();
      driver.trimPool(pool, limit);
    }
  }

  private boolean account(long bytes) {
    while (true) {
      long before = live.get();
      if (bytes > limit - before) {
        return false;
      }
      if (live.compareAndSet(before, before + bytes)) {
        mostLive.accumulateAndGet(before + bytes, Math::max);
        return true;
      }
    }
  }

  private long allocateOrReclaim(long bytes, long stream) {
    try {
      return driver.allocateFromPool(pool, bytes, stream);
    } catch (CudaException e) {
      if (e.code() != CudaError.OUT_OF_MEMORY.code()) {
        throw e;
      }
    }
    driver.synchronizeContext(); // frees that are queued are done, and what is cached can go
    driver.trimPool(pool, 0);
    try {
      return driver.allocateFromPool(pool, bytes, stream);
    } catch (CudaException e) {
      throw e.code() == CudaError.OUT_OF_MEMORY.code()
          ? new OutOfDeviceMemoryException(breakdown(bytes), e)
          : e;
    }
  }

  private MemoryBreakdown breakdown(long asked) {
    MemoryUse use = use();
    long[] device = DeviceInfo.read(driver);
    return new MemoryBreakdown(
        asked,
        use.cached(),
        use.live(),
        use.cached(),
        use.fragmented(),
        use.held(),
        limit,
        device[0],
        device[1],
        MemoryBreakdown.Source.DRIVER_POOL);
  }

  @Override
  public void free(long address, long bytes, long stream) {
    if (blocks.remove(address) != null) {
      driver.freeToPool(address, stream);
      live.addAndGet(-bytes);
    }
  }

  /** Does nothing: the driver knows when a stream ends. */
  @Override
  public void forget(long stream) {}

  @Override
  public long trim(long bytesToKeep) {
    long before = driver.poolAttribute(pool, PoolAttribute.RESERVED_MEM_CURRENT);
    driver.trimPool(pool, Math.max(0, bytesToKeep));
    return before - driver.poolAttribute(pool, PoolAttribute.RESERVED_MEM_CURRENT);
  }

  /** As the driver counts; what other users of the pool have is in the fragmented part. */
  @Override
  public MemoryUse use() {
    long held = driver.poolAttribute(pool, PoolAttribute.RESERVED_MEM_CURRENT);
    long used = Math.min(held, driver.poolAttribute(pool, PoolAttribute.USED_MEM_CURRENT));
    long mine = Math.min(used, live.get());
    long peak = driver.poolAttribute(pool, PoolAttribute.RESERVED_MEM_HIGH);
    return new MemoryUse(mine, held - used, used - mine, held, mostLive.get(), peak);
  }

  @Override
  public void close() {
    Failures failures = new Failures();
    failures.attempt(driver::synchronizeContext);
    for (Long address : List.copyOf(blocks.keySet())) {
      if (failures.attempt(() -> driver.freeToPool(address, 0))) {
        live.addAndGet(-blocks.remove(address));
      }
    }
    failures.attempt(driver::synchronizeContext);
    failures.attempt(
        () -> driver.setPoolAttribute(pool, PoolAttribute.RELEASE_THRESHOLD, threshold));
    failures.attempt(() -> driver.trimPool(pool, 0));
    failures.throwFirst();
  }
}
