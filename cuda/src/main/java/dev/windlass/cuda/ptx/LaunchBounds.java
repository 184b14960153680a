package dev.windlass.cuda.ptx;

import java.util.Optional;

/**
 * What a kernel asks of its launch.
 *
 * @param maxBlock the largest block, as a product ({@code .maxntid})
 * @param requiredBlock the only block ({@code .reqntid})
 * @param minBlocksPerMultiprocessor blocks that shall fit on a multiprocessor; 0: not said
 * @param explicitCluster whether it must be launched with a cluster's size
 * @param requiredCluster the only cluster ({@code .reqnctapercluster}), which the launch need not
 *     repeat
 * @param maxClusterBlocks the most blocks in a cluster; 0: not said
 */
public record LaunchBounds(
    Optional<Size> maxBlock,
    Optional<Size> requiredBlock,
    int minBlocksPerMultiprocessor,
    boolean explicitCluster,
    Optional<Size> requiredCluster,
    int maxClusterBlocks) {
  /** Nothing is asked for. */
  public static final LaunchBounds NONE =
      new LaunchBounds(Optional.empty(), Optional.empty(), 0, false, Optional.empty(), 0);

  /**
   * A size in three dimensions.
   *
   * @param x first
   * @param y second
   * @param z third
   */
  public record Size(int x, int y, int z) {
    /** All in it. */
    public long product() {
      return (long) x * y * z;
    }

    /** As {@code 128 x 1 x 1}. */
    @Override
    public String toString() {
      return x + " x " + y + " x " + z;
    }
  }
}
