package dev.windlass.cuda.driver;

/** Attributes of devices, with the driver's names and numbers. */
public enum DeviceAttribute {
  MAX_THREADS_PER_BLOCK(1),
  MAX_BLOCK_DIM_X(2),
  MAX_BLOCK_DIM_Y(3),
  MAX_BLOCK_DIM_Z(4),
  MAX_GRID_DIM_X(5),
  MAX_GRID_DIM_Y(6),
  MAX_GRID_DIM_Z(7),
  MAX_SHARED_MEMORY_PER_BLOCK(8),
  WARP_SIZE(10),
  /** In kilohertz. */
  CLOCK_RATE(13),
  MULTIPROCESSOR_COUNT(16),
  INTEGRATED(18),
  ECC_ENABLED(32),
  /** In bits. */
  GLOBAL_MEMORY_BUS_WIDTH(37),
  L2_CACHE_SIZE(38),
  MAX_THREADS_PER_MULTIPROCESSOR(39),
  COMPUTE_CAPABILITY_MAJOR(75),
  COMPUTE_CAPABILITY_MINOR(76),
  STREAM_PRIORITIES_SUPPORTED(78),
  MAX_SHARED_MEMORY_PER_MULTIPROCESSOR(81),
  COOPERATIVE_LAUNCH(95),
  MAX_SHARED_MEMORY_PER_BLOCK_OPTIN(97),
  VIRTUAL_MEMORY_MANAGEMENT_SUPPORTED(102),
  MEMORY_POOLS_SUPPORTED(115),
  CLUSTER_LAUNCH(120);

  private final int number;

  DeviceAttribute(int number) {
    this.number = number;
  }

  /** The driver's number. */
  public int number() {
    return number;
  }
}
