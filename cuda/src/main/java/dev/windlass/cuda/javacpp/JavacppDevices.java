package dev.windlass.cuda.javacpp;

import static dev.windlass.cuda.javacpp.Scratch.check;
import static org.bytedeco.cuda.global.cudart.cuDeviceGet;
import static org.bytedeco.cuda.global.cudart.cuDeviceGetAttribute;
import static org.bytedeco.cuda.global.cudart.cuDeviceGetCount;
import static org.bytedeco.cuda.global.cudart.cuDeviceGetName;
import static org.bytedeco.cuda.global.cudart.cuDeviceGetPCIBusId;
import static org.bytedeco.cuda.global.cudart.cuDeviceGetUuid;
import static org.bytedeco.cuda.global.cudart.cuDeviceTotalMem;
import static org.bytedeco.cuda.global.cudart.cuDriverGetVersion;
import static org.bytedeco.cuda.global.cudart.cuInit;

import dev.windlass.cuda.driver.DeviceAttribute;
import dev.windlass.cuda.driver.DeviceCalls;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.UUID;
import org.bytedeco.cuda.cudart.CUuuid;
import org.bytedeco.javacpp.Pointer;

/** {@link DeviceCalls} by JavaCPP. */
interface JavacppDevices extends DeviceCalls {
  @Override
  default void initialize() {
    check(cuInit(0), "cuInit");
  }

  @Override
  default int driverVersion() {
    int[] version = Scratch.get().int1;
    check(cuDriverGetVersion(version), "cuDriverGetVersion");
    return version[0];
  }

  @Override
  default int deviceCount() {
    int[] count = Scratch.get().int1;
    check(cuDeviceGetCount(count), "cuDeviceGetCount");
    return count[0];
  }

  @Override
  default int device(int index) {
    int[] device = Scratch.get().int1;
    check(cuDeviceGet(device, index), "cuDeviceGet", "index %d", index);
    return device[0];
  }

  @Override
  default String deviceName(int device) {
    byte[] name = new byte[256];
    check(cuDeviceGetName(name, name.length, device), "cuDeviceGetName");
    return Scratch.text(name);
  }

  @Override
  default UUID deviceUuid(int device) {
    ByteBuffer bytes = Scratch.direct(16).order(ByteOrder.BIG_ENDIAN);
    check(cuDeviceGetUuid(new CUuuid(new Pointer(bytes)), device), "cuDeviceGetUuid");
    return new UUID(bytes.getLong(0), bytes.getLong(8));
  }

  @Override
  default long deviceTotalMemory(int device) {
    Scratch scratch = Scratch.get();
    check(cuDeviceTotalMem(scratch.size1, device), "cuDeviceTotalMem");
    return scratch.size1();
  }

  @Override
  default int deviceAttribute(int device, DeviceAttribute attribute) {
    int[] value = Scratch.get().int1;
    check(
        cuDeviceGetAttribute(value, attribute.number(), device),
        "cuDeviceGetAttribute",
        "attribute %d, device %d",
        attribute.number(),
        device);
    return value[0];
  }

  @Override
  default String devicePciBusId(int device) {
    byte[] id = new byte[32];
    check(cuDeviceGetPCIBusId(id, id.length, device), "cuDeviceGetPCIBusId");
    return Scratch.text(id);
  }
}
