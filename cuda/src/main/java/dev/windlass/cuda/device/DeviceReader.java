package dev.windlass.cuda.device;

import static dev.windlass.cuda.driver.DeviceAttribute.CLOCK_RATE;
import static dev.windlass.cuda.driver.DeviceAttribute.COMPUTE_CAPABILITY_MAJOR;
import static dev.windlass.cuda.driver.DeviceAttribute.COMPUTE_CAPABILITY_MINOR;
import static dev.windlass.cuda.driver.DeviceAttribute.COOPERATIVE_LAUNCH;
import static dev.windlass.cuda.driver.DeviceAttribute.ECC_ENABLED;
import static dev.windlass.cuda.driver.DeviceAttribute.GLOBAL_MEMORY_BUS_WIDTH;
import static dev.windlass.cuda.driver.DeviceAttribute.INTEGRATED;
import static dev.windlass.cuda.driver.DeviceAttribute.L2_CACHE_SIZE;
import static dev.windlass.cuda.driver.DeviceAttribute.MAX_SHARED_MEMORY_PER_BLOCK;
import static dev.windlass.cuda.driver.DeviceAttribute.MAX_SHARED_MEMORY_PER_BLOCK_OPTIN;
import static dev.windlass.cuda.driver.DeviceAttribute.MAX_SHARED_MEMORY_PER_MULTIPROCESSOR;
import static dev.windlass.cuda.driver.DeviceAttribute.MAX_THREADS_PER_BLOCK;
import static dev.windlass.cuda.driver.DeviceAttribute.MAX_THREADS_PER_MULTIPROCESSOR;
import static dev.windlass.cuda.driver.DeviceAttribute.MEMORY_POOLS_SUPPORTED;
import static dev.windlass.cuda.driver.DeviceAttribute.MULTIPROCESSOR_COUNT;
import static dev.windlass.cuda.driver.DeviceAttribute.VIRTUAL_MEMORY_MANAGEMENT_SUPPORTED;
import static dev.windlass.cuda.driver.DeviceAttribute.WARP_SIZE;

import dev.windlass.core.job.ComputeCapability;
import dev.windlass.core.job.Memory;
import dev.windlass.cuda.driver.CudaException;
import dev.windlass.cuda.driver.DeviceAttribute;
import dev.windlass.cuda.driver.DeviceCalls;
import java.util.List;
import java.util.stream.IntStream;

/** Asks a driver what its devices are. */
public final class DeviceReader {
  private final DeviceCalls driver;
  private final int device;

  private DeviceReader(DeviceCalls driver, int device) {
    this.driver = driver;
    this.device = device;
  }

  /**
   * All devices of this process, in CUDA's order.
   *
   * @param driver initialised
   * @throws CudaException if the driver fails
   */
  public static List<DeviceProperties> readAll(DeviceCalls driver) {
    return IntStream.range(0, driver.deviceCount())
        .mapToObj(i -> new DeviceReader(driver, driver.device(i)).read(new CudaIndex(i)))
        .toList();
  }

  private DeviceProperties read(CudaIndex index) {
    return new DeviceProperties(
        index,
        new DeviceUuid(driver.deviceUuid(device)),
        driver.deviceName(device),
        ComputeCapability.of(get(COMPUTE_CAPABILITY_MAJOR), get(COMPUTE_CAPABILITY_MINOR)),
        Memory.bytes(driver.deviceTotalMemory(device)),
        PciAddress.parse(driver.devicePciBusId(device)),
        get(MULTIPROCESSOR_COUNT),
        get(CLOCK_RATE),
        has(ECC_ENABLED),
        has(INTEGRATED),
        new DeviceProperties.Limits(
            get(WARP_SIZE),
            get(MAX_THREADS_PER_BLOCK),
            get(MAX_THREADS_PER_MULTIPROCESSOR),
            Memory.bytes(get(MAX_SHARED_MEMORY_PER_BLOCK)),
            Memory.bytes(get(MAX_SHARED_MEMORY_PER_BLOCK_OPTIN)),
            Memory.bytes(get(MAX_SHARED_MEMORY_PER_MULTIPROCESSOR)),
            Memory.bytes(get(L2_CACHE_SIZE)),
            get(GLOBAL_MEMORY_BUS_WIDTH)),
        new DeviceProperties.Features(
            has(VIRTUAL_MEMORY_MANAGEMENT_SUPPORTED),
            has(MEMORY_POOLS_SUPPORTED),
            has(COOPERATIVE_LAUNCH)));
  }

  private int get(DeviceAttribute attribute) {
    return driver.deviceAttribute(device, attribute);
  }

  private boolean has(DeviceAttribute attribute) {
    return get(attribute) != 0;
  }
}
