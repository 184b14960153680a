package dev.windlass.cuda.javacpp;

import static dev.windlass.cuda.javacpp.NvmlHandle.check;

import dev.windlass.cuda.health.Nvml;
import org.bytedeco.cuda.global.nvml;

/** {@link Nvml} by JavaCPP. Read a few times a minute, so it makes objects as it likes. */
final class JavacppNvml implements Nvml, JavacppNvmlReadings, JavacppNvmlDetails {
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
    check(nvml.nvmlInit_v2(), "nvmlInit");
  }

  @Override
  public void shutdown() {
    check(nvml.nvmlShutdown(), "nvmlShutdown");
  }

  @Override
  public String driverRelease() {
    byte[] text = new byte[80];
    check(nvml.nvmlSystemGetDriverVersion(text, text.length), "nvmlSystemGetDriverVersion");
    return Scratch.text(text);
  }

  @Override
  public int deviceCount() {
    int[] count = new int[1];
    check(nvml.nvmlDeviceGetCount_v2(count), "nvmlDeviceGetCount");
    return count[0];
  }

  @Override
  public long device(int index) {
    NvmlHandle device = new NvmlHandle();
    check(nvml.nvmlDeviceGetHandleByIndex_v2(index, device), "nvmlDeviceGetHandleByIndex");
    return device.address();
  }

  @Override
  public String uuid(long device) {
    byte[] text = new byte[96];
    check(nvml.nvmlDeviceGetUUID(new NvmlHandle(device), text, text.length), "nvmlDeviceGetUUID");
    return Scratch.text(text);
  }

  @Override
  public String name(long device) {
    byte[] text = new byte[96];
    check(nvml.nvmlDeviceGetName(new NvmlHandle(device), text, text.length), "nvmlDeviceGetName");
    return Scratch.text(text);
  }
}
