package dev.windlass.cuda;

import dev.windlass.core.job.ComputeCapability;
import dev.windlass.core.job.Memory;
import dev.windlass.cuda.device.CudaIndex;
import dev.windlass.cuda.device.DeviceProperties;
import dev.windlass.cuda.device.DeviceUuid;
import dev.windlass.cuda.driver.CudaDriver;

/**
 * A GPU, or a MIG instance of one, that this process may use. Had from {@link Cuda#device(int)}.
 * Two devices are equal if they are the same one of the same driver.
 *
 * <p>Safe for use by many threads.
 */
public final class Device {
  private final CudaDriver driver;
  private final DeviceProperties properties;

  Device(CudaDriver driver, DeviceProperties properties) {
    this.driver = driver;
    this.properties = properties;
  }

  /** All that is known of it. */
  public DeviceProperties properties() {
    return properties;
  }

  /** Its number in this process. */
  public CudaIndex index() {
    return properties.index();
  }

  /** Its name everywhere. */
  public DeviceUuid uuid() {
    return properties.uuid();
  }

  /** Its product name. */
  public String name() {
    return properties.name();
  }

  /** Its generation. */
  public ComputeCapability computeCapability() {
    return properties.computeCapability();
  }

  /** All of its memory, also what others use. */
  public Memory memory() {
    return properties.memory();
  }

  /**
   * Makes the device ready for use, with memory that grows as the job says (see {@link
   * MemoryGrowth#ofJob}).
   *
   * @throws dev.windlass.cuda.driver.CudaException if the driver fails
   */
  public DeviceContext context() {
    return context(MemoryGrowth.ofJob());
  }

  /**
   * Makes the device ready for use. Several contexts of one device share what the driver calls its
   * primary context; each has memory, a limit and streams of its own.
   *
   * @param growth how its memory grows, and how far
   * @throws dev.windlass.cuda.driver.CudaException if the driver fails
   */
  public DeviceContext context(MemoryGrowth growth) {
    return context(growth, Ordering.AUTOMATIC);
  }

  /**
   * As {@link #context(MemoryGrowth)}, for those who order work on different streams themselves.
   *
   * @throws dev.windlass.cuda.driver.CudaException if the driver fails
   */
  public DeviceContext context(MemoryGrowth growth, Ordering ordering) {
    return DeviceContext.open(this, driver, growth, ordering);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Device d && d.driver == driver && d.uuid().equals(uuid());
  }

  @Override
  public int hashCode() {
    return uuid().hashCode();
  }

  /** One line for people, as {@link DeviceProperties#toString}. */
  @Override
  public String toString() {
    return properties.toString();
  }
}
