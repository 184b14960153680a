package dev.windlass.cuda.memory.pool;

import dev.windlass.cuda.driver.CudaDriver;

/** A device's memory in segments. */
final class DriverSegments implements Segments {
  private final CudaDriver driver;

  DriverSegments(CudaDriver driver) {
    this.driver = driver;
  }

  @Override
  public long allocate(long bytes) {
    return driver.allocate(bytes);
  }

  @Override
  public void free(long address) {
    driver.free(address);
  }

  @Override
  public void info(long[] freeAndTotal) {
    driver.memoryInfo(freeAndTotal);
  }
}
