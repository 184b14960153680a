package dev.windlass.cuda.memory;

import java.util.Optional;

/**
 * Gives out device memory in the order of streams, as {@code cudaMallocAsync} does. Addresses and
 * sizes, no objects, so that allocators can stand around each other: one that counts around one
 * that pools.
 *
 * <p><b>Order.</b> A stream is its CUDA handle; 0 is the null stream. Memory that is freed on a
 * stream may be given out on that stream at once, since the stream runs its work in order. On
 * another stream it is given out only when the work that was queued before the free is known to be
 * done, or when that other stream has been made to wait for it.
 *
 * <p><b>Trust.</b> Addresses are not looked up on the way: freeing what was not allocated, or
 * twice, or with another size, is a mistake of the caller that may be found late or not at all.
 * Whoever faces users checks first.
 *
 * <p><b>Threads.</b> All methods may be called from any thread at any time, with the device's
 * context current. Only {@link #close} must come last.
 */
public interface DeviceAllocator extends AutoCloseable {
  /**
   * Allocates memory for work that is queued on the stream from now on.
   *
   * @param bytes at least 1
   * @param stream the handle of a stream, 0 for the null stream
   * @return the address of at least so many bytes, a multiple of 256
   * @throws OutOfDeviceMemoryException if there is not enough, after all that can be reclaimed was
   * @throws IllegalArgumentException if bytes is not positive
   */
  long allocate(long bytes, long stream);

  /**
   * Frees memory. Work that is already queued on the stream may still use it; every other use must
   * be ordered before the stream's tail.
   *
   * @param address what {@link #allocate} returned
   * @param bytes what it was asked for
   * @param stream any stream, not only the one it was allocated on
   */
  void free(long address, long bytes, long stream);

  /**
   * Says that the stream is about to be destroyed. What was freed on it becomes reusable by others
   * when its work is done.
   */
  void forget(long stream);

  /**
   * Gives memory that is not in use back to the device.
   *
   * @param bytesToKeep stops when no more than so many bytes are held
   * @return the bytes given back; less than hoped for if the rest is in use
   */
  long trim(long bytesToKeep);

  /** What the memory is used for now. */
  MemoryUse use();

  /**
   * The part of a kind: this one, or the first one inwards that it stands around.
   *
   * @param kind for example {@code Statistics.class}
   * @return empty if there is none
   */
  default <T extends DeviceAllocator> Optional<T> find(Class<T> kind) {
    return kind.isInstance(this) ? Optional.of(kind.cast(this)) : Optional.empty();
  }

  /**
   * Waits for the work of the device and gives everything back, memory that is still in use
   * included. May be called twice.
   */
  @Override
  void close();
}
