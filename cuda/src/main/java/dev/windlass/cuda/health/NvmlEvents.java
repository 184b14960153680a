package dev.windlass.cuda.health;

import java.util.Optional;

/** How NVML tells what happens. */
public interface NvmlEvents {
  /** The kind of event: an Xid, with NVML's bit. */
  long XID = 8;

  /** {@code nvmlEventSetCreate}. */
  long createEventSet();

  /** {@code nvmlEventSetFree}. No thread may be waiting. */
  void freeEventSet(long set);

  /** {@code nvmlDeviceGetSupportedEventTypes}: a set of bits. */
  long supportedEvents(long device);

  /** {@code nvmlDeviceRegisterEvents}: from now on, these kinds of events of this GPU. */
  void registerEvents(long device, long kinds, long set);

  /**
   * {@code nvmlEventSetWait_v2}.
   *
   * @param millis how long to wait
   * @return empty if nothing happened in that time
   */
  Optional<DeviceEvent> waitForEvent(long set, int millis);

  /**
   * Something happened.
   *
   * @param device the handle of the GPU
   * @param kind one bit
   * @param data of an Xid, its number
   * @param gpuInstance the number of the GPU instance; -1 if the driver names none
   * @param computeInstance the number of the compute instance; -1 if the driver names none
   */
  record DeviceEvent(long device, long kind, long data, int gpuInstance, int computeInstance) {}
}
