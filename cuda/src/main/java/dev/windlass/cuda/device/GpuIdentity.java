package dev.windlass.cuda.device;

import java.util.List;

/**
 * A GPU and its parts, by all their names.
 *
 * @param index its number in NVML
 * @param uuid its name everywhere
 * @param instances its MIG instances; empty if it is not split
 */
public record GpuIdentity(NvmlIndex index, DeviceUuid uuid, List<MigInstance> instances) {
  /** Copies. */
  public GpuIdentity {
    instances = List.copyOf(instances);
  }
}
