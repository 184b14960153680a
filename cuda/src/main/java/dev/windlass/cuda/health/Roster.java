package dev.windlass.cuda.health;

import dev.windlass.cuda.device.DeviceUuid;
import dev.windlass.cuda.device.NvmlIndex;
import dev.windlass.cuda.health.Reading.Missing;
import dev.windlass.cuda.health.Reading.Why;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Who is there: a GPU that falls silent later keeps the names that it has told before. */
final class Roster {
  private final Nvml nvml;
  private final Map<NvmlIndex, Gpu> known = new ConcurrentHashMap<>();

  Roster(Nvml nvml) {
    this.nvml = nvml;
  }

  /** A GPU, with NVML's handle of it. */
  record Gpu(NvmlIndex index, long handle, DeviceUuid uuid, String name) {}

  /** All GPUs that can be named. */
  List<Gpu> read() {
    List<Gpu> gpus = new ArrayList<>();
    ask(gpus, new ArrayList<>());
    return gpus;
  }

  /** All others. */
  List<SilentGpu> silent() {
    List<SilentGpu> silent = new ArrayList<>();
    ask(new ArrayList<>(), silent);
    return silent;
  }

  /** A GPU that was there when all were asked last. */
  Optional<Gpu> ofHandle(long handle) {
    return known.values().stream().filter(gpu -> gpu.handle() == handle).findFirst();
  }

  private void ask(List<Gpu> gpus, List<SilentGpu> silent) {
    int count = nvml.deviceCount();
    for (int i = 0; i < count; i++) {
      NvmlIndex index = new NvmlIndex(i);
      Reading<Gpu> now = Reading.of(() -> ask(index));
      Gpu gpu = now.value().orElse(known.get(index));
      if (gpu != null) {
        known.put(index, gpu);
        gpus.add(gpu);
      } else {
        silent.add(new SilentGpu(index, now instanceof Missing<Gpu> m ? m.why() : Why.FAILED));
      }
    }
  }

  private Gpu ask(NvmlIndex index) {
    long handle = nvml.device(index.value());
    return new Gpu(index, handle, DeviceUuid.parse(nvml.uuid(handle)), nvml.name(handle));
  }
}
