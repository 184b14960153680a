package dev.windlass.cuda.driver;

import java.nio.ByteBuffer;

/** Memory of the device and pinned memory of the host, copies and fills. All sizes are bytes. */
public interface MemoryCalls {
  /**
   * {@code cuMemGetInfo} of the current context's device.
   *
   * @param freeAndTotal takes the two numbers
   */
  void memoryInfo(long[] freeAndTotal);

  /** {@code cuMemAlloc}: not 0 bytes. */
  long allocate(long bytes);

  /** {@code cuMemFree}: waits for all work of the device. */
  void free(long address);

  /**
   * {@code cuMemHostAlloc}: pinned host memory, as a direct buffer in native byte order.
   *
   * @param bytes 1 to 2<sup>31</sup>-1, the most that a buffer can show
   */
  ByteBuffer allocateHost(int bytes);

  /**
   * {@code cuMemFreeHost}.
   *
   * @param memory what {@link #allocateHost} returned, at position 0; no view of it may be used any
   *     more
   */
  void freeHost(ByteBuffer memory);

  /**
   * {@code cuMemHostRegister}: pins host memory that is there, so that asynchronous copies of it do
   * not stop the caller. It must stay until it is unregistered.
   */
  void registerHost(long hostAddress, long bytes);

  /** {@code cuMemHostUnregister}: of the address that was registered. */
  void unregisterHost(long hostAddress);

  /**
   * Where a direct buffer's position is, for the calls that take an address of the host. It holds
   * as long as the buffer is reachable. No call of the driver.
   */
  long hostAddress(ByteBuffer memory);

  /** {@code cuMemcpyHtoD}: returns when the copy is done. */
  void copyToDevice(long to, ByteBuffer from);

  /** {@code cuMemcpyDtoH}: returns when the copy is done. */
  void copyToHost(ByteBuffer to, long from);

  /** {@code cuMemcpyDtoD}. */
  void copyOnDevice(long to, long from, long bytes);

  /**
   * {@code cuMemcpyHtoDAsync}: from pinned memory the copy is still to come when the call returns,
   * and the buffer must stay reachable and unchanged until then.
   */
  void copyToDeviceAsync(long to, ByteBuffer from, long stream);

  /**
   * {@code cuMemcpyHtoDAsync} from an address of the host, which is pinned or stays readable until
   * the copy is done: as with a buffer, without making an object.
   */
  void copyToDeviceAsync(long to, long hostAddress, long bytes, long stream);

  /** {@code cuMemcpyDtoHAsync}: the same the other way. */
  void copyToHostAsync(ByteBuffer to, long from, long stream);

  /** {@code cuMemcpyDtoHAsync} to an address of the host. */
  void copyToHostAsync(long hostAddress, long from, long bytes, long stream);

  /** {@code cuMemcpyDtoDAsync}. */
  void copyOnDeviceAsync(long to, long from, long bytes, long stream);

  /** {@code cuMemsetD8Async}. */
  void fillBytesAsync(long to, byte value, long count, long stream);

  /** {@code cuMemsetD16Async}: the address is a multiple of 2. */
  void fillShortsAsync(long to, short value, long count, long stream);

  /** {@code cuMemsetD32Async}: the address is a multiple of 4. */
  void fillIntsAsync(long to, int value, long count, long stream);
}
