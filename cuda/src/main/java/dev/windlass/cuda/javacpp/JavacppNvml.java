package dev.windlass.cuda.javacpp;

import static org.bytedeco.cuda.global.nvml.NVML_ERROR_NOT_FOUND;
import static org.bytedeco.cuda.global.nvml.NVML_FEATURE_ENABLED;
import static org.bytedeco.cuda.global.nvml.NVML_MEMORY_ERROR_TYPE_UNCORRECTED;
import static org.bytedeco.cuda.global.nvml.NVML_TEMPERATURE_GPU;
import static org.bytedeco.cuda.global.nvml.NVML_VOLATILE_ECC;
import static org.bytedeco.cuda.global.nvml.nvmlDeviceGetCount_v2;
import static org.bytedeco.cuda.global.nvml.nvmlDeviceGetCurrentClocksThrottleReasons;
import static org.bytedeco.cuda.global.nvml.nvmlDeviceGetEnforcedPowerLimit;
import static org.bytedeco.cuda.global.nvml.nvmlDeviceGetHandleByIndex_v2;
import static org.bytedeco.cuda.global.nvml.nvmlDeviceGetMaxMigDeviceCount;
import static org.bytedeco.cuda.global.nvml.nvmlDeviceGetMemoryInfo;
import static org.bytedeco.cuda.global.nvml.nvmlDeviceGetMigDeviceHandleByIndex;
import static org.bytedeco.cuda.global.nvml.nvmlDeviceGetMigMode;
import static org.bytedeco.cuda.global.nvml.nvmlDeviceGetName;
import static org.bytedeco.cuda.global.nvml.nvmlDeviceGetPowerUsage;
import static org.bytedeco.cuda.global.nvml.nvmlDeviceGetTemperature;
import static org.bytedeco.cuda.global.nvml.nvmlDeviceGetTotalEccErrors;
import static org.bytedeco.cuda.global.nvml.nvmlDeviceGetUUID;
import static org.bytedeco.cuda.global.nvml.nvmlDeviceGetUtilizationRates;
import static org.bytedeco.cuda.global.nvml.nvmlInit_v2;
import static org.bytedeco.cuda.global.nvml.nvmlShutdown;
import static org.bytedeco.cuda.global.nvml.nvmlSystemGetDriverVersion;

import dev.windlass.cuda.health.Nvml;
import dev.windlass.cuda.health.NvmlException;
import java.util.OptionalLong;
import org.bytedeco.cuda.global.nvml;
import org.bytedeco.cuda.nvml.nvmlDevice_st;
import org.bytedeco.cuda.nvml.nvmlMemory_t;
import org.bytedeco.cuda.nvml.nvmlUtilization_t;
import org.bytedeco.javacpp.Pointer;

/** {@link Nvml} by JavaCPP. Read a few times a minute, so it makes objects as it likes. */
final class JavacppNvml implements Nvml {
  private JavacppNvml() {}

  /** The first touch of the presets: their static initialiser loads the native libraries. */
  static Nvml load() {
    try {
      Class.forName(nvml.class.getName());
    } catch (ClassNotFoundException e) {
      throw new LinkageError("JavaCPP's CUDA presets are not on the class path", e);
    }
    return new JavacppNvml();
  }

  @Override
  public void initialize() {
    check(nvmlInit_v2(), "nvmlInit");
  }

  @Override
  public void shutdown() {
    check(nvmlShutdown(), "nvmlShutdown");
  }

  @Override
  public String driverRelease() {
    byte[] text = new byte[80];
    check(nvmlSystemGetDriverVersion(text, text.length), "nvmlSystemGetDriverVersion");
    return Scratch.text(text);
  }

  @Override
  public int deviceCount() {
    int[] count = new int[1];
    check(nvmlDeviceGetCount_v2(count), "nvmlDeviceGetCount");
    return count[0];
  }

  @Override
  public long device(int index) {
    Handle device = new Handle();
    check(nvmlDeviceGetHandleByIndex_v2(index, device), "nvmlDeviceGetHandleByIndex");
    return device.address();
  }

  @Override
  public String uuid(long device) {
    byte[] text = new byte[96];
    check(nvmlDeviceGetUUID(new Handle(device), text, text.length), "nvmlDeviceGetUUID");
    return Scratch.text(text);
  }

  @Override
  public String name(long device) {
    byte[] text = new byte[96];
    check(nvmlDeviceGetName(new Handle(device), text, text.length), "nvmlDeviceGetName");
    return Scratch.text(text);
  }

  /** The newer call is unknown to older drivers, and an unknown symbol would end the process. */
  @SuppressWarnings("deprecation")
  @Override
  public int temperature(long device) {
    int[] celsius = new int[1];
    check(
        nvmlDeviceGetTemperature(new Handle(device), NVML_TEMPERATURE_GPU, celsius),
        "nvmlDeviceGetTemperature");
    return celsius[0];
  }

  @Override
  public int power(long device) {
    int[] milliwatts = new int[1];
    check(nvmlDeviceGetPowerUsage(new Handle(device), milliwatts), "nvmlDeviceGetPowerUsage");
    return milliwatts[0];
  }

  @Override
  public int powerLimit(long device) {
    int[] milliwatts = new int[1];
    check(
        nvmlDeviceGetEnforcedPowerLimit(new Handle(device), milliwatts),
        "nvmlDeviceGetEnforcedPowerLimit");
    return milliwatts[0];
  }

  @Override
  public void memory(long device, long[] totalAndUsed) {
    nvmlMemory_t memory = new nvmlMemory_t(new Pointer(Scratch.direct(64)));
    check(nvmlDeviceGetMemoryInfo(new Handle(device), memory), "nvmlDeviceGetMemoryInfo");
    totalAndUsed[0] = memory.total();
    totalAndUsed[1] = memory.used();
  }

  @Override
  public void utilization(long device, int[] gpuAndMemory) {
    nvmlUtilization_t percent = new nvmlUtilization_t(new Pointer(Scratch.direct(16)));
    check(
        nvmlDeviceGetUtilizationRates(new Handle(device), percent),
        "nvmlDeviceGetUtilizationRates");
    gpuAndMemory[0] = percent.gpu();
    gpuAndMemory[1] = percent.memory();
  }

  /** By its old name, for the same reason. */
  @SuppressWarnings("deprecation")
  @Override
  public long clockReasons(long device) {
    long[] bits = new long[1];
    check(
        nvmlDeviceGetCurrentClocksThrottleReasons(new Handle(device), bits),
        "nvmlDeviceGetCurrentClocksThrottleReasons");
    return bits[0];
  }

  @Override
  public long uncorrectedEccErrors(long device) {
    long[] errors = new long[1];
    check(
        nvmlDeviceGetTotalEccErrors(
            new Handle(device), NVML_MEMORY_ERROR_TYPE_UNCORRECTED, NVML_VOLATILE_ECC, errors),
        "nvmlDeviceGetTotalEccErrors");
    return errors[0];
  }

  @Override
  public boolean migEnabled(long device) {
    int[] now = new int[1];
    int[] pending = new int[1];
    check(nvmlDeviceGetMigMode(new Handle(device), now, pending), "nvmlDeviceGetMigMode");
    return now[0] == NVML_FEATURE_ENABLED;
  }

  @Override
  public int maxMigDevices(long device) {
    int[] count = new int[1];
    check(
        nvmlDeviceGetMaxMigDeviceCount(new Handle(device), count),
        "nvmlDeviceGetMaxMigDeviceCount");
    return count[0];
  }

  @Override
  public OptionalLong migDevice(long device, int index) {
    Handle instance = new Handle();
    int code = nvmlDeviceGetMigDeviceHandleByIndex(new Handle(device), index, instance);
    if (code == NVML_ERROR_NOT_FOUND) {
      return OptionalLong.empty();
    }
    check(code, "nvmlDeviceGetMigDeviceHandleByIndex");
    return OptionalLong.of(instance.address());
  }

  private static void check(int code, String call) {
    if (code != 0) {
      throw new NvmlException(call, code);
    }
  }

  private static final class Handle extends nvmlDevice_st {
    Handle() {}

    Handle(long handle) {
      address = handle;
    }
  }
}
