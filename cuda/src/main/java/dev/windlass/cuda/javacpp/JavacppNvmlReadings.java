package dev.windlass.cuda.javacpp;

import static dev.windlass.cuda.javacpp.NvmlHandle.ask;
import static dev.windlass.cuda.javacpp.NvmlHandle.askLong;
import static dev.windlass.cuda.javacpp.NvmlHandle.check;
import static org.bytedeco.cuda.global.nvml.NVML_ERROR_INSUFFICIENT_SIZE;
import static org.bytedeco.cuda.global.nvml.NVML_TEMPERATURE_GPU;

import dev.windlass.cuda.health.NvmlException;
import dev.windlass.cuda.health.NvmlReadings;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.cuda.global.nvml;
import org.bytedeco.cuda.nvml.nvmlDevice_st;
import org.bytedeco.cuda.nvml.nvmlGpuFabricInfo_t;
import org.bytedeco.cuda.nvml.nvmlMemory_t;
import org.bytedeco.cuda.nvml.nvmlPciInfo_t;
import org.bytedeco.cuda.nvml.nvmlProcessInfo_v2_t;
import org.bytedeco.cuda.nvml.nvmlUtilization_t;
import org.bytedeco.javacpp.Pointer;
import org.jspecify.annotations.Nullable;

/** {@link NvmlReadings} by JavaCPP. */
interface JavacppNvmlReadings extends NvmlReadings {
  @Override
  default String pciBusId(long device) {
    nvmlPciInfo_t pci = new nvmlPciInfo_t(new Pointer(Scratch.direct(128)));
    check(nvml.nvmlDeviceGetPciInfo_v3(new NvmlHandle(device), pci), "nvmlDeviceGetPciInfo");
    return NvmlHandle.pciAddress(pci);
  }

  /** The newer call is unknown to older drivers, and an unknown symbol would end the process. */
  @SuppressWarnings("deprecation")
  @Override
  default int temperature(long device) {
    return ask(
        device,
        "nvmlDeviceGetTemperature",
        (d, to) -> nvml.nvmlDeviceGetTemperature(d, NVML_TEMPERATURE_GPU, to));
  }

  @Override
  default int fanSpeed(long device) {
    return ask(device, "nvmlDeviceGetFanSpeed", nvml::nvmlDeviceGetFanSpeed);
  }

  @Override
  default int power(long device) {
    return ask(device, "nvmlDeviceGetPowerUsage", nvml::nvmlDeviceGetPowerUsage);
  }

  @Override
  default int powerLimit(long device) {
    return ask(device, "nvmlDeviceGetEnforcedPowerLimit", nvml::nvmlDeviceGetEnforcedPowerLimit);
  }

  @Override
  default long energy(long device) {
    return askLong(
        device, "nvmlDeviceGetTotalEnergyConsumption", nvml::nvmlDeviceGetTotalEnergyConsumption);
  }

  @Override
  default void memory(long device, long[] totalAndUsed) {
    nvmlMemory_t memory = new nvmlMemory_t(new Pointer(Scratch.direct(64)));
    check(nvml.nvmlDeviceGetMemoryInfo(new NvmlHandle(device), memory), "nvmlDeviceGetMemoryInfo");
    totalAndUsed[0] = memory.total();
    totalAndUsed[1] = memory.used();
  }

  @Override
  default void utilization(long device, int[] gpuAndMemory) {
    nvmlUtilization_t percent = new nvmlUtilization_t(new Pointer(Scratch.direct(16)));
    check(
        nvml.nvmlDeviceGetUtilizationRates(new NvmlHandle(device), percent),
        "nvmlDeviceGetUtilizationRates");
    gpuAndMemory[0] = percent.gpu();
    gpuAndMemory[1] = percent.memory();
  }

  @Override
  default int clock(long device, int which) {
    return ask(
        device, "nvmlDeviceGetClockInfo", (d, to) -> nvml.nvmlDeviceGetClockInfo(d, which, to));
  }

  @Override
  default int maxClock(long device, int which) {
    return ask(
        device,
        "nvmlDeviceGetMaxClockInfo",
        (d, to) -> nvml.nvmlDeviceGetMaxClockInfo(d, which, to));
  }

  /** By its old name, as older drivers do not have the new one. */
  @SuppressWarnings("deprecation")
  @Override
  default long clockReasons(long device) {
    return askLong(
        device,
        "nvmlDeviceGetCurrentClocksThrottleReasons",
        nvml::nvmlDeviceGetCurrentClocksThrottleReasons);
  }

  @Override
  default int pcieGeneration(long device) {
    return ask(
        device, "nvmlDeviceGetCurrPcieLinkGeneration", nvml::nvmlDeviceGetCurrPcieLinkGeneration);
  }

  @Override
  default int pcieWidth(long device) {
    return ask(device, "nvmlDeviceGetCurrPcieLinkWidth", nvml::nvmlDeviceGetCurrPcieLinkWidth);
  }

  @Override
  default int maxPcieGeneration(long device) {
    return ask(
        device, "nvmlDeviceGetMaxPcieLinkGeneration", nvml::nvmlDeviceGetMaxPcieLinkGeneration);
  }

  @Override
  default int maxPcieWidth(long device) {
    return ask(device, "nvmlDeviceGetMaxPcieLinkWidth", nvml::nvmlDeviceGetMaxPcieLinkWidth);
  }

  @Override
  default int pcieReplays(long device) {
    return ask(device, "nvmlDeviceGetPcieReplayCounter", nvml::nvmlDeviceGetPcieReplayCounter);
  }

  @SuppressWarnings("deprecation")
  @Override
  default void fabricInfo(long device, int[] stateAndStatus) {
    nvmlGpuFabricInfo_t info = new nvmlGpuFabricInfo_t(new Pointer(Scratch.direct(64)));
    check(
        nvml.nvmlDeviceGetGpuFabricInfo(new NvmlHandle(device), info),
        "nvmlDeviceGetGpuFabricInfo");
    stateAndStatus[0] = info.state();
    stateAndStatus[1] = info.status();
  }

  @Override
  default List<ProcessInfo> computeProcesses(long device) {
    return processes(
        device,
        "nvmlDeviceGetComputeRunningProcesses",
        nvml::nvmlDeviceGetComputeRunningProcesses_v3);
  }

  @Override
  default List<ProcessInfo> graphicsProcesses(long device) {
    return processes(
        device,
        "nvmlDeviceGetGraphicsRunningProcesses",
        nvml::nvmlDeviceGetGraphicsRunningProcesses_v3);
  }

  @Override
  default List<ProcessInfo> mpsProcesses(long device) {
    return processes(
        device,
        "nvmlDeviceGetMPSComputeRunningProcesses",
        nvml::nvmlDeviceGetMPSComputeRunningProcesses_v3);
  }

  /** A call that writes a list; with too little room it says how much it needs. */
  interface ListCall {
    int call(nvmlDevice_st device, int[] count, @Nullable nvmlProcessInfo_v2_t to);
  }

  private static List<ProcessInfo> processes(long device, String name, ListCall call) {
    NvmlHandle handle = new NvmlHandle(device);
    int[] count = new int[1];
    int code = call.call(handle, count, null);
    // Others start meanwhile: twice the room, and once more if that was not enough.
    for (int tries = 0; code == NVML_ERROR_INSUFFICIENT_SIZE && tries < 3; tries++) {
      count[0] = 2 * count[0] + 4;
      nvmlProcessInfo_v2_t room =
          new nvmlProcessInfo_v2_t(
              new Pointer(Scratch.direct(count[0] * Pointer.sizeof(nvmlProcessInfo_v2_t.class))));
      code = call.call(handle, count, room);
      if (code == 0) {
        return list(room, count[0]);
      }
    }
    if (code != 0) {
      throw new NvmlException(name, code);
    }
    return List.of();
  }

  private static List<ProcessInfo> list(nvmlProcessInfo_v2_t from, int count) {
    List<ProcessInfo> found = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      nvmlProcessInfo_v2_t p = from.position(i);
      found.add(
          new ProcessInfo(p.pid(), p.usedGpuMemory(), p.gpuInstanceId(), p.computeInstanceId()));
    }
    return found;
  }
}
