package dev.windlass.cli;

import dev.windlass.core.job.Memory;
import dev.windlass.cuda.Cuda;
import dev.windlass.cuda.Device;
import dev.windlass.cuda.availability.CudaVersion;
import dev.windlass.cuda.availability.DriverFit;
import dev.windlass.cuda.device.DeviceProperties;
import dev.windlass.cuda.device.DeviceReader;
import dev.windlass.cuda.device.DeviceUuid;
import dev.windlass.cuda.driver.CudaException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What this machine's CUDA driver says, and NVML.
 *
 * @param driverVersion the newest CUDA version that the driver knows
 * @param fit how that serves the toolkit that Windlass is built on
 * @param devices in CUDA's order
 * @param used the memory in use of each device, where NVML or CUDA tells it
 * @param health of the GPUs
 */
record DeviceReport(
    CudaVersion driverVersion,
    DriverFit fit,
    List<DeviceProperties> devices,
    Map<DeviceUuid, Memory> used,
    HealthReport health) {
  static DeviceReport read() {
    try (Cuda cuda = Cuda.open()) {
      HealthReport health = HealthReport.read();
      List<DeviceProperties> devices = cuda.devices().stream().map(Device::properties).toList();
      Map<DeviceUuid, Memory> used = new HashMap<>();
      for (DeviceProperties device : devices) {
        health
            .memory(device.uuid())
            .ifPresentOrElse(
                memory -> used.put(device.uuid(), memory.used()),
                () -> askCuda(cuda, device, used));
      }
      return new DeviceReport(cuda.driverVersion(), cuda.driverFit(), devices, used, health);
    }
  }

  private static void askCuda(Cuda cuda, DeviceProperties device, Map<DeviceUuid, Memory> used) {
    try {
      long free = DeviceReader.freeMemory(cuda.driver(), device.index()).bytes();
      used.put(device.uuid(), Memory.bytes(Math.max(0, device.memory().bytes() - free)));
    } catch (CudaException e) {
      // Someone else has the device for himself, or all of its memory: then it stays unknown.
    }
  }
}
