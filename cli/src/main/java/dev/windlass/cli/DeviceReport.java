package dev.windlass.cli;

import dev.windlass.cuda.Cuda;
import dev.windlass.cuda.availability.CudaVersion;
import dev.windlass.cuda.availability.DriverFit;
import dev.windlass.cuda.device.Device;
import java.util.List;

/**
 * What this machine's CUDA driver says.
 *
 * @param driverVersion the newest CUDA version that the driver knows
 * @param fit how that serves the toolkit that Windlass is built on
 * @param devices in CUDA's order
 */
record DeviceReport(CudaVersion driverVersion, DriverFit fit, List<Device> devices) {
  static DeviceReport read() {
    try (Cuda cuda = Cuda.open()) {
      return new DeviceReport(cuda.driverVersion(), cuda.driverFit(), cuda.devices());
    }
  }
}
