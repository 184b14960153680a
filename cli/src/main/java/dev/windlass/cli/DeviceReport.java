package dev.windlass.cli;

import dev.windlass.cuda.Cuda;
import dev.windlass.cuda.Device;
import dev.windlass.cuda.availability.CudaVersion;
import dev.windlass.cuda.availability.DriverFit;
import dev.windlass.cuda.device.DeviceProperties;
import dev.windlass.cuda.device.DeviceUuid;
import dev.windlass.cuda.health.DeviceHealth;
import dev.windlass.cuda.health.HealthMonitor;
import dev.windlass.cuda.health.HealthUnavailableException;
import dev.windlass.cuda.health.NvmlException;
import java.util.List;
import java.util.Optional;

/**
 * What this machine's CUDA driver says, and NVML.
 *
 * @param driverVersion the newest CUDA version that the driver knows
 * @param fit how that serves the toolkit that Windlass is built on
 * @param devices in CUDA's order
 * @param health of the GPUs, in NVML's order; empty where NVML does not serve
 * @param note why it does not
 */
record DeviceReport(
    CudaVersion driverVersion,
    DriverFit fit,
    List<DeviceProperties> devices,
    List<DeviceHealth> health,
    Optional<String> note) {
  static DeviceReport read() {
    try (Cuda cuda = Cuda.open()) {
      List<DeviceHealth> health = List.of();
      Optional<String> note = Optional.empty();
      try (HealthMonitor monitor = HealthMonitor.open()) {
        health = monitor.devices();
      } catch (HealthUnavailableException | NvmlException e) {
        note = Optional.of("No temperature and load: " + e.problem() + ". " + e.remedy() + ".");
      }
      return new DeviceReport(
          cuda.driverVersion(),
          cuda.driverFit(),
          cuda.devices().stream().map(Device::properties).toList(),
          health,
          note);
    }
  }

  /** The health of a device; a MIG device has none of its own. */
  Optional<DeviceHealth> health(DeviceUuid uuid) {
    return health.stream().filter(h -> h.uuid().equals(uuid)).findFirst();
  }
}
