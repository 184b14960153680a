package dev.windlass.cuda;

import dev.windlass.cuda.driver.CudaDriver;
import dev.windlass.cuda.memory.DeviceAllocator;
import dev.windlass.cuda.memory.MemoryUse;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** One call of the driver per allocation. */
final class DriverMemory implements DeviceAllocator {
  private final CudaDriver driver;
  private final Map<Long, Long> live = new ConcurrentHashMap<>();
  private final AtomicLong bytes = new AtomicLong();

  DriverMemory(CudaDriver driver) {
    this.driver = driver;
  }

  @Override
  public long allocate(long size, long stream) {
    long address = driver.allocate(size);
    live.put(address, size);
    bytes.addAndGet(size);
    return address;
  }

  @Override
  public void free(long address, long size, long stream) {
    driver.synchronizeStream(stream);
    live.remove(address);
    bytes.addAndGet(-size);
    driver.free(address);
  }

  @Override
  public void forget(long stream) {}

  @Override
  public long trim(long bytesToKeep) {
    return 0;
  }

  @Override
  public MemoryUse use() {
    return new MemoryUse(bytes.get(), 0, 0, bytes.get(), bytes.get(), bytes.get());
  }

  @Override
  public void close() {
    live.keySet().forEach(driver::free);
    live.clear();
  }
}
