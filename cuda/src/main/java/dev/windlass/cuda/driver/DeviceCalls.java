package dev.windlass.cuda.driver;

import java.util.UUID;

/** Calls that start the driver and describe devices. They need no context. */
public interface DeviceCalls {
  /** {@code cuInit}: must come before all others. Repeated calls do nothing. */
  void initialize();

  /** {@code cuDriverGetVersion}: the newest CUDA version that the driver knows, 13010 for 13.1. */
  int driverVersion();

  /** {@code cuDeviceGetCount}. */
  int deviceCount();

  /**
   * {@code cuDeviceGet}: the handle of a device.
   *
   * @param index from 0, in the order that {@code CUDA_VISIBLE_DEVICES} gives
   */
  int device(int index);

  /** {@code cuDeviceGetName}. */
  String deviceName(int device);

  /** {@code cuDeviceGetUuid}: of the MIG instance where the device is one. */
  UUID deviceUuid(int device);

  /** {@code cuDeviceTotalMem}: bytes. */
  long deviceTotalMemory(int device);

  /** {@code cuDeviceGetAttribute}. */
  int deviceAttribute(int device, DeviceAttribute attribute);

  /** {@code cuDeviceGetPCIBusId}: domain, bus, device and function as {@code 0000:3A:00.0}. */
  String devicePciBusId(int device);
}
