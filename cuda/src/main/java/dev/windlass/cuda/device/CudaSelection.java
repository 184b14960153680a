package dev.windlass.cuda.device;

import dev.windlass.cuda.availability.VisibleDevices;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The devices that {@code CUDA_VISIBLE_DEVICES} leaves, in CUDA's order.
 *
 * @param devices in order; empty if the list hides all
 * @param endedBy the entry at which the list ends early, if it does
 * @param words why it ends there: a clause; empty if it does not
 */
public record CudaSelection(List<DeviceUuid> devices, Optional<String> endedBy, String words) {
  /** Copies. */
  public CudaSelection {
    devices = List.copyOf(devices);
  }

  /**
   * What a list makes of these GPUs, by the driver's rules: what has no such name ends the list,
   * what is named twice hides all. A GPU that is split is the first of its instances.
   *
   * @param list what the variable says
   * @param gpus in CUDA's own order: with {@code CUDA_DEVICE_ORDER=PCI_BUS_ID}, or if all are of
   *     one kind, that is NVML's
   */
  public static CudaSelection of(VisibleDevices list, List<GpuIdentity> gpus) {
    List<DeviceUuid> chosen = new ArrayList<>();
    for (String entry : list.entries()) {
      List<DeviceUuid> found = DeviceNames.find(entry, gpus);
      if (found.size() != 1) {
        return new CudaSelection(
            chosen,
            Optional.of(entry),
            found.isEmpty() ? "no device has that name" : found.size() + " devices have that name");
      }
      DeviceUuid device = firstPart(found.get(0), gpus);
      if (chosen.contains(device)) {
        return new CudaSelection(List.of(), Optional.of(entry), "it names a device again");
      }
      chosen.add(device);
    }
    return new CudaSelection(
        chosen,
        list.endedBy(),
        list.endedBy().isPresent() ? "it is no name, or of another kind, or again" : "");
  }

  private static DeviceUuid firstPart(DeviceUuid device, List<GpuIdentity> gpus) {
    return gpus.stream()
        .filter(gpu -> gpu.uuid().equals(device))
        .flatMap(gpu -> gpu.instances().stream())
        .map(MigInstance::uuid)
        .findFirst()
        .orElse(device);
  }
}
