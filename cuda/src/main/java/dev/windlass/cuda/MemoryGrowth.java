package dev.windlass.cuda;

import dev.windlass.core.context.JobContext;
import dev.windlass.core.job.Memory;
import dev.windlass.cuda.driver.CudaDriver;
import dev.windlass.cuda.memory.DeviceAllocator;
import dev.windlass.cuda.memory.pool.CudaPool;
import dev.windlass.cuda.memory.pool.MemoryPool;
import dev.windlass.cuda.memory.pool.PoolSettings;
import java.time.Duration;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * How the memory of a {@link DeviceContext} grows, and how far. Immutable: each method returns
 * another one.
 *
 * <pre>{@code
 * device.context(MemoryGrowth.grow().limit(Memory.gib(8)).giveBackAfter(Duration.ofMinutes(5)));
 * }</pre>
 *
 * <p>What the limit bounds is the memory that the pool holds on the device. Memory that is held and
 * not in use never makes an allocation fail that it could serve. The driver's own needs for a
 * context, some hundred MiB, and what kernels need beside it, come on top.
 */
public final class MemoryGrowth {
  private final PoolSettings settings;
  private final boolean driverPool;
  private final UnaryOperator<DeviceAllocator> parts;

  private MemoryGrowth(
      PoolSettings settings, boolean driverPool, UnaryOperator<DeviceAllocator> parts) {
    this.settings = settings;
    this.driverPool = driverPool;
    this.parts = parts;
  }

  /** Takes memory from the device as it is needed, and gives it back when it was idle for 30 s. */
  public static MemoryGrowth grow() {
    return new MemoryGrowth(PoolSettings.GROW, false, pool -> pool);
  }

  /**
   * As the job in which this process runs asks for: with its memory limit, and all of that at the
   * start if it asks for no growth (without a limit, nine tenths of the device's memory). Outside a
   * job {@link #grow}.
   */
  public static MemoryGrowth ofJob() {
    return of(JobContext.current());
  }

  static MemoryGrowth of(JobContext job) {
    MemoryGrowth growth = grow();
    boolean limited = job.gpuMemoryLimit().orElse(0) > 0;
    if (limited) {
      growth = growth.limit(Memory.bytes(job.gpuMemoryLimit().getAsLong()));
    }
    return job.memoryGrowth().orElse(true) ? growth : growth.reserve(limited ? 1 : 0.9);
  }

  /**
   * Takes a part of the limit at the start, and keeps it; without a limit, a part of the device's
   * memory. More is taken as it is needed.
   *
   * @param fraction 0 to 1
   * @throws IllegalArgumentException if it is not
   */
  public MemoryGrowth reserve(double fraction) {
    return new MemoryGrowth(settings.withReserve(fraction), driverPool, parts);
  }

  /**
   * Takes no more than so much from the device.
   *
   * @throws IllegalArgumentException if it is nothing
   */
  public MemoryGrowth limit(Memory most) {
    return new MemoryGrowth(settings.withLimit(most.bytes()), driverPool, parts);
  }

  /**
   * Gives memory back to the device when it was not used for so long, or a little longer.
   *
   * @param idle zero for never
   * @throws IllegalArgumentException if it is negative
   */
  public MemoryGrowth giveBackAfter(Duration idle) {
    return new MemoryGrowth(settings.withGiveBackAfter(idle), driverPool, parts);
  }

  /**
   * Takes memory from the driver's own pool ({@code cuMemAllocFromPoolAsync}), to share it with
   * other libraries of this process that do the same. The limit holds; nothing is reserved, and
   * idle memory goes back when the limit is passed.
   */
  public MemoryGrowth driverPool() {
    return new MemoryGrowth(settings, true, parts);
  }

  /**
   * Puts a part around the pool: statistics, tracking, a trace, a failure callback. The last one
   * that is given is the outermost, which {@link DeviceContext#allocator} returns.
   *
   * <pre>{@code
   * MemoryGrowth.grow().with(Statistics::new)
   * }</pre>
   *
   * @param part makes the allocator that stands around the one it is given
   */
  public MemoryGrowth with(UnaryOperator<DeviceAllocator> part) {
    UnaryOperator<DeviceAllocator> inner = parts;
    return new MemoryGrowth(settings, driverPool, pool -> around(inner.apply(pool), part));
  }

  private static DeviceAllocator around(
      DeviceAllocator inner, UnaryOperator<DeviceAllocator> part) {
    try {
      return part.apply(inner);
    } catch (RuntimeException | Error e) {
      inner.close();
      throw e;
    }
  }

  /** The most that is taken from the device; empty for all that it has. */
  public Optional<Memory> limit() {
    return settings.limit() == PoolSettings.GROW.limit()
        ? Optional.empty()
        : Optional.of(Memory.bytes(settings.limit()));
  }

  /** The part that is taken at the start, 0 to 1. */
  public double reserve() {
    return settings.reserve();
  }

  /** The allocator of a context, which is current on this thread. */
  DeviceAllocator open(CudaDriver driver, int device, long context) {
    DeviceAllocator pool =
        driverPool
            ? new CudaPool(driver, device, settings.limit())
            : MemoryPool.open(driver, device, context, settings);
    return parts.apply(pool);
  }

  @Override
  public String toString() {
    return (driverPool ? "driver pool" : settings.reserve() > 0 ? "reserve " + reserve() : "grow")
        + limit().map(most -> ", at most " + most).orElse("");
  }
}
