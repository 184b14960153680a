package dev.windlass.cuda;

import dev.windlass.cuda.driver.CudaDriver;
import dev.windlass.cuda.driver.CudaException;
import dev.windlass.cuda.health.HealthMonitor;
import dev.windlass.cuda.memory.DeviceAllocator;
import dev.windlass.cuda.memory.OutOfDeviceMemoryException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Where the memory of a context comes from: device memory, pinned memory, pieces for copies. */
final class ContextMemory {
  private final DeviceContext context;
  private final DeviceAllocator allocator;
  private final PinnedMemory pinned;
  private final Staging staging;
  private volatile OtherProcesses others =
      new OtherProcesses(HealthMonitor::open, Duration.ofSeconds(2));

  ContextMemory(DeviceContext context, CudaDriver driver, DeviceAllocator allocator) {
    this.context = context;
    this.allocator = allocator;
    this.pinned = new PinnedMemory(driver);
    this.staging = new Staging(driver, pinned);
  }

  DeviceAllocator allocator() {
    return allocator;
  }

  Staging staging() {
    return staging;
  }

  PinnedMemory pinned() {
    return pinned;
  }

  /**
   * Device memory.
   *
   * @param what the elements, for messages
   * @param stream in whose order; null for whichever costs least
   */
  Allocation allocate(long count, int elementBytes, String what, @Nullable Stream stream) {
    if (count < 1 || count > Long.MAX_VALUE / elementBytes) {
      throw new InvalidUseException(
          "allocating " + count + " " + what,
          "memory has 1 to " + Long.MAX_VALUE / elementBytes + " of them",
          "Check where the number comes from");
    }
    context.check("cuMemAlloc");
    try {
      return allocate(count * elementBytes, stream);
    } catch (OutOfDeviceMemoryException e) {
      throw others.in(e, context.device().uuid());
    }
  }

  /** For tests: whom to ask about other processes. */
  void others(OtherProcesses asked) {
    others = asked;
  }

  private Allocation allocate(long bytes, @Nullable Stream stream) {
    Lane lane = stream == null ? context.lanes().home() : stream.lane();
    if (!lane.hold()) {
      if (stream != null) {
        stream.mustBeUsable("allocating device memory", "memory is not part of a graph");
      }
      lane = context.defaultLane();
      if (!lane.hold()) {
        throw new IllegalStateException("The first lane is open as long as the context");
      }
    }
    try {
      context.bind();
      return new Allocation(context, allocator.allocate(bytes, lane.handle), bytes, lane);
    } catch (CudaException e) {
      throw context.failed(e);
    } finally {
      lane.release();
    }
  }

  HostMemory allocateHost(int bytes) {
    if (bytes < 1) {
      throw new InvalidUseException(
          "allocating " + bytes + " bytes of pinned host memory",
          "it has at least one",
          "Check where the number comes from");
    }
    context.check("cuMemHostAlloc");
    context.bind();
    try {
      return new HostMemory(context, pinned.take(bytes), bytes);
    } catch (CudaException e) {
      throw context.failed(e);
    }
  }

  /** Waits until all uses of some memory are done. */
  void waitFor(Uses uses) {
    if (!context.healthy()) {
      return;
    }
    context.order.lock();
    try {
      context.bind();
      uses.allBefore(context.defaultLane());
    } catch (CudaException e) {
      throw context.failed(e);
    } finally {
      context.order.unlock();
    }
    context.defaultStream().synchronize();
  }

  /**
   * Gives back what is not in use. What was freed is marked first, and given back when it is done.
   */
  long trim() {
    long marked = context.call("cuMemRelease", d -> allocator.trim(0));
    context.synchronize();
    return marked + context.call("cuMemRelease", d -> allocator.trim(0));
  }

  /** Frees what copies went through, with the context current and all work done. */
  void closeStaging() {
    staging.close();
    pinned.close();
  }
}
