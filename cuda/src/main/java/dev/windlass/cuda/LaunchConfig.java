package dev.windlass.cuda;

/**
 * The shape of a launch: how many blocks of how many threads, and what they share. Each {@code
 * with} method returns a changed copy. Whether a kernel and a device can take it is checked at the
 * launch.
 *
 * @param gridX blocks along x, 1 or more; the same for y and z
 * @param gridY blocks along y
 * @param gridZ blocks along z
 * @param blockX threads of a block along x, 1 or more; the same for y and z
 * @param blockY threads of a block along y
 * @param blockZ threads of a block along z
 * @param dynamicSharedBytes shared memory of each block, beside what the kernel declares
 * @param cooperative whether all blocks must run at once, so that they can wait for each other
 * @param clusterX blocks of a cluster along x; 0 for no clusters, or what is compiled in
 * @param clusterY blocks of a cluster along y
 * @param clusterZ blocks of a cluster along z
 */
public record LaunchConfig(
    int gridX,
    int gridY,
    int gridZ,
    int blockX,
    int blockY,
    int blockZ,
    int dynamicSharedBytes,
    boolean cooperative,
    int clusterX,
    int clusterY,
    int clusterZ) {
  /** Checks what holds for every kernel and device. */
  public LaunchConfig {
    boolean shape = gridX > 0 && gridY > 0 && gridZ > 0 && blockX > 0 && blockY > 0 && blockZ > 0;
    boolean noCluster = clusterX == 0 && clusterY == 0 && clusterZ == 0;
    boolean cluster = noCluster || (clusterX > 0 && clusterY > 0 && clusterZ > 0);
    if (!shape || !cluster || dynamicSharedBytes < 0) {
      throw new InvalidUseException(
          "making the shape of a launch",
          "the grid is %d x %d x %d, the block %d x %d x %d, the cluster %d x %d x %d, the shared"
                  .formatted(
                      gridX, gridY, gridZ, blockX, blockY, blockZ, clusterX, clusterY, clusterZ)
              + " memory "
              + dynamicSharedBytes
              + " bytes",
          "Grids and blocks have 1 or more everywhere, a cluster is all 0 or all 1 or more, bytes"
              + " are 0 or more");
    }
  }

  /** So many blocks of so many threads, along x. */
  public static LaunchConfig of(int blocks, int threads) {
    return new LaunchConfig(blocks, 1, 1, threads, 1, 1, 0, false, 0, 0, 0);
  }

  /** With this grid. */
  public LaunchConfig withGrid(int x, int y, int z) {
    return new LaunchConfig(
        x,
        y,
        z,
        blockX,
        blockY,
        blockZ,
        dynamicSharedBytes,
        cooperative,
        clusterX,
        clusterY,
        clusterZ);
  }

  /** With this block. */
  public LaunchConfig withBlock(int x, int y, int z) {
    return new LaunchConfig(
        gridX,
        gridY,
        gridZ,
        x,
        y,
        z,
        dynamicSharedBytes,
        cooperative,
        clusterX,
        clusterY,
        clusterZ);
  }

  /** With so much dynamic shared memory for each block. */
  public LaunchConfig withSharedMemory(int bytes) {
    return new LaunchConfig(
        gridX,
        gridY,
        gridZ,
        blockX,
        blockY,
        blockZ,
        bytes,
        cooperative,
        clusterX,
        clusterY,
        clusterZ);
  }

  /** With all blocks at once, so that {@code grid.sync()} works. */
  public LaunchConfig withCooperative() {
    return new LaunchConfig(
        gridX,
        gridY,
        gridZ,
        blockX,
        blockY,
        blockZ,
        dynamicSharedBytes,
        true,
        clusterX,
        clusterY,
        clusterZ);
  }

  /** With clusters of so many blocks, whose shared memory all of them can reach. */
  public LaunchConfig withCluster(int x, int y, int z) {
    return new LaunchConfig(
        gridX, gridY, gridZ, blockX, blockY, blockZ, dynamicSharedBytes, cooperative, x, y, z);
  }

  /** Threads of a block. */
  public long threadsPerBlock() {
    return (long) blockX * blockY * blockZ;
  }

  /** Blocks of the grid; as large as a long can be if they are more. */
  public long blocks() {
    long area = (long) gridX * gridY;
    return area > Long.MAX_VALUE / gridZ ? Long.MAX_VALUE : area * gridZ;
  }

  /** Blocks of a cluster; 0 for no clusters. */
  public long blocksPerCluster() {
    return (long) clusterX * clusterY * clusterZ;
  }

  /** Whether the driver's simple form of a launch serves. */
  boolean isPlain() {
    return !cooperative && clusterX == 0;
  }

  /** As {@code 8 x 1 x 1 blocks of 256 x 1 x 1 threads}. */
  @Override
  public String toString() {
    return "%d x %d x %d blocks of %d x %d x %d threads"
            .formatted(gridX, gridY, gridZ, blockX, blockY, blockZ)
        + (dynamicSharedBytes > 0 ? ", " + dynamicSharedBytes + " bytes of shared memory" : "")
        + (cooperative ? ", cooperative" : "")
        + (clusterX > 0
            ? ", clusters of %d x %d x %d".formatted(clusterX, clusterY, clusterZ)
            : "");
  }
}
