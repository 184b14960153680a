package dev.windlass.cuda.memory.pool;

import dev.windlass.cuda.driver.CudaDriver;

/** A device's virtual memory. */
final class DriverPages implements PhysicalMemory {
  private final CudaDriver driver;
  private final int device;

  DriverPages(CudaDriver driver, int device) {
    this.driver = driver;
    this.device = device;
  }

  @Override
  public long granularity() {
    return driver.allocationGranularity(device);
  }

  @Override
  public long reserve(long bytes) {
    return driver.reserveAddresses(bytes);
  }

  @Override
  public void unreserve(long address, long bytes) {
    driver.freeAddresses(address, bytes);
  }

  @Override
  public long create(long bytes) {
    return driver.createPhysicalMemory(device, bytes);
  }

  @Override
  public void release(long handle) {
    driver.releasePhysicalMemory(handle);
  }

  @Override
  public void map(long address, long bytes, long handle) {
    driver.map(address, bytes, handle);
  }

  @Override
  public void open(long address, long bytes) {
    driver.openAccess(address, bytes, device);
  }

  @Override
  public void unmap(long address, long bytes) {
    driver.unmap(address, bytes);
  }

  @Override
  public void info(long[] freeAndTotal) {
    driver.memoryInfo(freeAndTotal);
  }
}
