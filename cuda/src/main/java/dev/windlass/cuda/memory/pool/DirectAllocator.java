package dev.windlass.cuda.memory.pool;

import dev.windlass.cuda.driver.CudaDriver;
import dev.windlass.cuda.driver.CudaError;
import dev.windlass.cuda.driver.CudaException;
import dev.windlass.cuda.memory.DeviceAllocator;
import dev.windlass.cuda.memory.MemoryBreakdown;
import dev.windlass.cuda.memory.MemoryUse;
import dev.windlass.cuda.memory.OutOfDeviceMemoryException;
import java.util.HashMap;
import java.util.Map;

/**
 * {@code cuMemAlloc} and {@code cuMemFree} for each request: slow, since a free waits for the work
 * of the device, and simple. For comparison, and for tools that watch every allocation.
 */
public final class DirectAllocator implements DeviceAllocator {
  private final CudaDriver driver;
  private final long limit;
  private final Map<Long, Long> blocks = new HashMap<>();
  private long live;
  private long mostLive;

  /**
   * Makes it.
   *
   * @param limit the most bytes to hold; {@link MemoryBreakdown#NO_LIMIT} for none
   */
  public DirectAllocator(CudaDriver driver, long limit) {
    this.driver = driver;
    this.limit = limit;
  }

  @Override
  public synchronized long allocate(long bytes, long stream) {
    if (bytes <= 0) {
      throw new IllegalArgumentException("Memory has 1 byte or more, not " + bytes);
    }
    if (bytes > limit - live) {
      throw new OutOfDeviceMemoryException(breakdown(bytes));
    }
    long address;
    try {
      address = driver.allocate(bytes);
    } catch (CudaException e) {
      throw e.code() == CudaError.OUT_OF_MEMORY.code()
          ? new OutOfDeviceMemoryException(breakdown(bytes), e)
          : e;
    }
    blocks.put(address, bytes);
    live += bytes;
    mostLive = Math.max(mostLive, live);
    return address;
  }

  private MemoryBreakdown breakdown(long asked) {
    long[] device = DeviceInfo.read(driver);
    return new MemoryBreakdown(
        asked,
        0,
        live,
        0,
        0,
        live,
        limit,
        device[0],
        device[1],
        MemoryBreakdown.Source.DRIVER_CALLS);
  }

  @Override
  public void free(long address, long bytes, long stream) {
    driver.synchronizeStream(stream);
    synchronized (this) {
      if (blocks.containsKey(address)) {
        driver.free(address);
        blocks.remove(address);
        live -= bytes;
      }
    }
  }

  /** Does nothing: no memory waits for a stream. */
  @Override
  public void forget(long stream) {}

  /** Does nothing: nothing is kept. */
  @Override
  public long trim(long bytesToKeep) {
    return 0;
  }

  @Override
  public synchronized MemoryUse use() {
    return new MemoryUse(live, 0, 0, live, mostLive, mostLive);
  }

  @Override
  public synchronized void close() {
    Failures failures = new Failures();
    for (Long address : blocks.keySet().toArray(new Long[0])) {
      if (failures.attempt(() -> driver.free(address))) {
        live -= blocks.remove(address);
      }
    }
    failures.throwFirst();
  }
}
