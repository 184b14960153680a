package dev.windlass.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.windlass.cuda.fake.FakeCuda;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Shapes that kernel and device can take, and those that they cannot. */
class LaunchLimitsTest extends GpuCase {
  private Stream stream;
  private IntMemory memory;
  private Module plain;
  private Module clusters;

  @BeforeEach
  void load() {
    stream = gpu.newStream();
    memory = gpu.ints(1024);
    plain = gpu.load(KernelTest.ptx("plain"));
    clusters = gpu.load(KernelTest.ptx("clusters"));
  }

  @AfterEach
  void close() {
    if (stream != null) {
      memory.close();
      stream.close();
    }
  }

  private void launch(String kernel, LaunchConfig config) {
    if (kernel.equals("none")) {
      plain.kernel("none").launch(stream, config);
    } else {
      clusters.kernel(kernel).launch(stream, config, memory);
    }
  }

  private void refused(String kernel, LaunchConfig config, String... words) {
    long before = FakeCuda.launches();
    assertInvalid(() -> launch(kernel, config), words);
    assertThat(FakeCuda.launches()).isEqualTo(before);
  }

  @Test
  void blocksAndGrids() {
    refused(
        "none",
        LaunchConfig.of(1, 1025),
        "launching kernel 'none' with 1 x 1 x 1 blocks of 1025 x 1 x 1 threads",
        "the block has 1025 threads, and the device takes 1024");
    refused("none", LaunchConfig.of(1, 1).withBlock(1, 1, 65), "64 along z");
    refused("none", LaunchConfig.of(1, 1).withGrid(1, 65536, 1), "at most 65535 blocks along y");
    assertInvalid(() -> LaunchConfig.of(0, 1), "the grid is 0 x 1 x 1");
    assertInvalid(() -> LaunchConfig.of(1, -1), "the block -1 x 1 x 1");
    assertInvalid(() -> LaunchConfig.of(1, 1).withSharedMemory(-1), "-1 bytes");
    assertInvalid(() -> LaunchConfig.of(1, 1).withCluster(1, 0, 1), "the cluster 1 x 0 x 1");
    launch("none", LaunchConfig.of(1 << 20, 1024));
  }

  @Test
  void sharedMemory_isAskedForBeyondTheUsual() {
    launch("none", LaunchConfig.of(1, 32).withSharedMemory(48 << 10));
    launch("none", LaunchConfig.of(1, 32).withSharedMemory(100 << 10));
    assertThat(FakeCuda.launchShape(6)).isEqualTo(100 << 10);
    refused(
        "none",
        LaunchConfig.of(1, 32).withSharedMemory(228 << 10),
        "it wants 233472 bytes of dynamic shared memory, and the device has 232448 for a block");
  }

  @Test
  void cooperativeLaunch_holdsAllBlocksAtOnce() {
    launch("none", LaunchConfig.of(264, 1024).withCooperative());
    assertThat(FakeCuda.launchShape(7)).isEqualTo(1);
    refused(
        "none",
        LaunchConfig.of(265, 1024).withCooperative(),
        "all of its 265 blocks would have to run at once, and the device holds 264");
  }

  @Test
  void clusters_areThoseOfKernelAndDevice() {
    launch("most", LaunchConfig.of(8, 128).withCluster(4, 1, 1));
    assertThat(FakeCuda.launchShape(8)).isEqualTo(4);
    refused("most", LaunchConfig.of(8, 128).withCluster(3, 1, 1), "no multiple of the cluster");
    refused("most", LaunchConfig.of(16, 128).withCluster(16, 1, 1), "was compiled for 8 at most");
    launch("none", LaunchConfig.of(16, 128).withCluster(16, 1, 1));
    refused("none", LaunchConfig.of(32, 128).withCluster(32, 1, 1), "the cluster has 32 blocks");
    launch("pairs", LaunchConfig.of(4, 32));
    refused("pairs", LaunchConfig.of(3, 32), "no multiple of the cluster, 2 x 1 x 1");
    refused("pairs", LaunchConfig.of(4, 32).withCluster(4, 1, 1), "clusters of 2 x 1 x 1 only");
  }

  @Test
  void compiledBounds_hold() {
    Module module =
        gpu.load(
            """
            .version 8.0
            .target sm_80
            .address_size 64
            .visible .entry only() .reqntid 64, 2 { ret; }
            .visible .entry explicit() .explicitcluster { ret; }
            """);
    Kernel only = module.kernel("only");
    assertThat(only.gridFor(200)).isEqualTo(LaunchConfig.of(2, 1).withBlock(64, 2, 1));
    assertThat(only.gridFor(65, 5))
        .isEqualTo(LaunchConfig.of(1, 1).withGrid(2, 3, 1).withBlock(64, 2, 1));
    only.launch(stream, only.gridFor(200));
    assertInvalid(() -> only.launch(stream, LaunchConfig.of(1, 128)), "blocks of 64 x 2 x 1 only");
    only.launch(stream, LaunchConfig.of(1, 1).withBlock(64, 2, 1));
    assertInvalid(
        () -> module.kernel("explicit").launch(stream, LaunchConfig.of(1, 1)),
        "can only be launched in clusters");
  }
}
