package dev.windlass.cuda.memory;

/**
 * Asks the program for memory when there is none left, and tries again: the program frees what it
 * can make again, or spills it to the host.
 *
 * <p>The callback runs on the thread whose allocation failed, with no lock held, and may allocate
 * and free through any allocator. If an allocation fails inside of the callback, the callback is
 * not asked again for it: that allocation fails. If the callback throws, the allocation fails with
 * what it threw as suppressed exception. Several threads may be in it at once.
 */
public final class FailureCallback extends AllocatorAround {
  private final Callback callback;
  private final int attempts;
  private final ThreadLocal<Boolean> asking = new ThreadLocal<>();

  /** Frees device memory that the program can do without. */
  @FunctionalInterface
  public interface Callback {
    /**
     * Called when an allocation failed after the allocator has reclaimed all that it could.
     *
     * @param bytes what was asked for
     * @param attempt 1 for the first call for this allocation, 2 for the next
     * @return whether it is worth trying again
     */
    boolean onFailure(long bytes, int attempt);
  }

  /**
   * An allocator that asks.
   *
   * @param attempts the most calls for one allocation, at least 1
   */
  public FailureCallback(DeviceAllocator inner, Callback callback, int attempts) {
    super(inner);
    if (attempts < 1) {
      throw new IllegalArgumentException("A callback is called at least once, not " + attempts);
    }
    this.callback = callback;
    this.attempts = attempts;
  }

  @Override
  public long allocate(long bytes, long stream) {
    int calls = 0;
    while (true) {
      try {
        return inner.allocate(bytes, stream);
      } catch (OutOfDeviceMemoryException e) {
        if (calls == attempts || asking.get() != null) {
          throw e.with(e.breakdown().withCallbackCalls(calls));
        }
        calls++;
        if (!ask(e, bytes, calls)) {
          throw e.with(e.breakdown().withCallbackCalls(calls));
        }
      }
    }
  }

  private boolean ask(OutOfDeviceMemoryException failure, long bytes, int attempt) {
    asking.set(true);
    try {
      return callback.onFailure(bytes, attempt);
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
      return false;
    } finally {
      asking.remove();
    }
  }
}
