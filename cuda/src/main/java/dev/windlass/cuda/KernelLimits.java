package dev.windlass.cuda;

import dev.windlass.cuda.device.DeviceProperties;
import dev.windlass.cuda.driver.CudaDriver;
import dev.windlass.cuda.driver.DeviceAttribute;
import dev.windlass.cuda.driver.FunctionAttribute;
import dev.windlass.cuda.ptx.LaunchBounds;
import org.jspecify.annotations.Nullable;

/**
 * Whether a kernel can be launched in a shape; what has to be asked for first is asked for. The
 * last shape that was found good is remembered. To be called with the context current and its lock
 * held.
 */
final class KernelLimits {
  private static final int PORTABLE_CLUSTER = 8;
  private static final int MAX_GRID_YZ = 65535;

  private final String kernel;
  private final DeviceContext context;
  private final CudaDriver driver;
  private final long function;
  private final LaunchBounds bounds;
  private final int maxThreads;
  private final int staticShared;
  private int allowedShared;
  private boolean largeClusters;
  private @Nullable LaunchConfig good;

  KernelLimits(String kernel, DeviceContext context, long function, LaunchBounds bounds) {
    this.kernel = kernel;
    this.context = context;
    this.driver = context.driver();
    this.function = function;
    this.bounds = bounds;
    this.maxThreads = driver.functionAttribute(function, FunctionAttribute.MAX_THREADS_PER_BLOCK);
    this.staticShared = driver.functionAttribute(function, FunctionAttribute.SHARED_SIZE_BYTES);
    this.allowedShared =
        (int) context.properties().limits().sharedMemoryPerBlock().bytes() - staticShared;
  }

  /** Threads of a block at most. */
  int maxThreads() {
    return maxThreads;
  }

  /** The best block for a grid that may be anything. */
  int bestBlock(int dynamicSharedBytes) {
    if (bounds.requiredBlock().isPresent()) {
      return (int) bounds.requiredBlock().get().product();
    }
    int[] gridAndBlock = new int[2];
    driver.bestBlockSize(function, dynamicSharedBytes, maxThreads, gridAndBlock);
    return gridAndBlock[1];
  }

  void check(LaunchConfig config) {
    if (config.equals(good)) {
      return;
    }
    checkBlock(config);
    checkGrid(config);
    checkShared(config);
    checkCluster(config);
    if (config.cooperative()) {
      checkCooperative(config);
    }
    good = config;
  }

  private void checkBlock(LaunchConfig c) {
    DeviceProperties.Limits device = context.properties().limits();
    long threads = c.threadsPerBlock();
    if (threads > device.threadsPerBlock() || c.blockZ() > 64) {
      throw invalid(
          c,
          "the block has %d threads, and the device takes %d, of which 64 along z"
              .formatted(threads, device.threadsPerBlock()),
          "Use smaller blocks and more of them; gridFor(n) finds a good size");
    }
    if (threads > maxThreads) {
      throw invalid(
          c,
          "the block has %d threads, and the kernel takes %d: it needs so many registers, or was"
                  .formatted(threads, maxThreads)
              + " compiled with __launch_bounds__",
          "Use smaller blocks; gridFor(n) finds a good size");
    }
    LaunchBounds.Size block = new LaunchBounds.Size(c.blockX(), c.blockY(), c.blockZ());
    if (bounds.requiredBlock().filter(b -> !b.equals(block)).isPresent()) {
      throw invalid(
          c,
          "the kernel was compiled for blocks of " + bounds.requiredBlock().get() + " only",
          "Use that block");
    }
  }

  private void checkGrid(LaunchConfig c) {
    if (c.gridY() > MAX_GRID_YZ || c.gridZ() > MAX_GRID_YZ) {
      throw invalid(
          c,
          "a grid has at most " + MAX_GRID_YZ + " blocks along y and z",
          "Use x for the longest");
    }
  }

  private void checkShared(LaunchConfig c) {
    int bytes = c.dynamicSharedBytes();
    if (bytes <= allowedShared) {
      return;
    }
    long most = context.properties().limits().sharedMemoryPerBlockOptIn().bytes() - staticShared;
    if (bytes > most) {
      throw invalid(
          c,
          "it wants %d bytes of dynamic shared memory, and the device has %d for a block, of which"
                  .formatted(bytes, most + staticShared)
              + " the kernel itself takes "
              + staticShared,
          "Use less for each block");
    }
    driver.setFunctionAttribute(function, FunctionAttribute.MAX_DYNAMIC_SHARED_SIZE_BYTES, bytes);
    allowedShared = bytes;
  }

  private void checkCluster(LaunchConfig c) {
    LaunchBounds.Size cluster =
        c.clusterX() > 0
            ? new LaunchBounds.Size(c.clusterX(), c.clusterY(), c.clusterZ())
            : bounds.requiredCluster().orElse(new LaunchBounds.Size(0, 0, 0));
    long blocks = cluster.product();
    if (blocks == 0) {
      if (bounds.explicitCluster()) {
        throw invalid(
            c, "the kernel can only be launched in clusters", "Say which: withCluster(2, 1, 1)");
      }
      return;
    }
    if (bounds.requiredCluster().filter(r -> !r.equals(cluster)).isPresent()) {
      throw invalid(
          c,
          "the kernel was compiled for clusters of " + bounds.requiredCluster().get() + " only",
          "Leave the cluster out");
    }
    if (driver.deviceAttribute(context.deviceHandle(), DeviceAttribute.CLUSTER_LAUNCH) == 0) {
      throw invalid(
          c,
          "the device has no clusters; its compute capability is "
              + context.device().computeCapability(),
          "Use a device of compute capability 9.0 or higher");
    }
    if (c.gridX() % cluster.x() != 0
        || c.gridY() % cluster.y() != 0
        || c.gridZ() % cluster.z() != 0) {
      throw invalid(
          c, "the grid is no multiple of the cluster, " + cluster, "Round the grid up to one");
    }
    if (bounds.maxClusterBlocks() > 0 && blocks > bounds.maxClusterBlocks()) {
      throw invalid(
          c,
          "the cluster has %d blocks, and the kernel was compiled for %d at most"
              .formatted(blocks, bounds.maxClusterBlocks()),
          "Use a smaller cluster");
    }
    if (c.clusterX() > 0) {
      checkClusterFits(c, blocks);
    }
  }

  private void checkClusterFits(LaunchConfig c, long blocks) {
    if (blocks > 2 * PORTABLE_CLUSTER) {
      throw invalid(
          c,
          "the cluster has %d blocks; every device with clusters takes %d, some take %d"
              .formatted(blocks, PORTABLE_CLUSTER, 2 * PORTABLE_CLUSTER),
          "Use a smaller cluster");
    }
    if (blocks > PORTABLE_CLUSTER && !largeClusters) {
      driver.setFunctionAttribute(function, FunctionAttribute.NON_PORTABLE_CLUSTER_SIZE_ALLOWED, 1);
      largeClusters = true;
    }
    int active =
        driver.activeClusters(
            function,
            (int) c.threadsPerBlock(),
            c.dynamicSharedBytes(),
            c.clusterX(),
            c.clusterY(),
            c.clusterZ());
    if (active == 0) {
      throw invalid(
          c, "the device does not hold even one such cluster", "Use smaller clusters or blocks");
    }
  }

  private void checkCooperative(LaunchConfig c) {
    if (!context.properties().features().cooperativeLaunch()) {
      throw invalid(c, "the device has no cooperative launch", "Launch the parts one by one");
    }
    long most =
        (long) context.properties().multiprocessors()
            * driver.activeBlocksPerMultiprocessor(
                function, (int) c.threadsPerBlock(), c.dynamicSharedBytes());
    if (c.blocks() > most) {
      throw invalid(
          c,
          "all of its %d blocks would have to run at once, and the device holds %d of them"
              .formatted(c.blocks(), most),
          "Use " + most + " blocks at most, and a loop in the kernel");
    }
  }

  private InvalidUseException invalid(LaunchConfig config, String problem, String remedy) {
    return new InvalidUseException(
        "launching kernel '" + kernel + "' with " + config, problem, remedy);
  }
}
