package dev.windlass.cuda.memory.pool;

import dev.windlass.cuda.driver.CudaDriver;
import dev.windlass.cuda.driver.CudaException;
import dev.windlass.cuda.memory.MemoryBreakdown;

/** What the device has, for the text of an exception: a failure is "unknown". */
final class DeviceInfo {
  private DeviceInfo() {}

  static long[] read(CudaDriver driver) {
    long[] freeAndTotal = new long[2];
    try {
      driver.memoryInfo(freeAndTotal);
      return freeAndTotal;
    } catch (CudaException e) {
      return new long[] {MemoryBreakdown.UNKNOWN, MemoryBreakdown.UNKNOWN};
    }
  }
}
