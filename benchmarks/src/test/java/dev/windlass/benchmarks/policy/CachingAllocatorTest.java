package dev.windlass.benchmarks.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.windlass.cuda.memory.DeviceAllocator;
import dev.windlass.cuda.memory.pool.StreamOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CachingAllocatorTest extends PolicyKit {
  private final ArithmeticOrder order = new ArithmeticOrder(5);
  private final DeviceAllocator allocator = CachingAllocator.segments(memory, order);

  @Override
  DeviceAllocator allocator(ArithmeticMemory memory, long limit, StreamOrder order) {
    return CachingAllocator.segments(memory, order);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 2097152",
    "1048576, 2097152",
    "1048577, 20971520",
    "10485759, 20971520",
    "10485760, 10485760",
    "10485761, 12582912",
    "31457281, 33554432"
  })
  void segmentBytes_request_isRoundedAsPublished(long request, long segment) {
    assertThat(SegmentGrowth.segmentBytes(request)).isEqualTo(segment);
  }

  @Test
  void allocate_small_sharesOneSegmentInStepsOf512() {
    long one = allocator.allocate(1, 0);
    assertThat(allocator.allocate(513, 0)).isEqualTo(one + 512);
    assertThat(allocator.allocate(1, 0)).isEqualTo(one + 512 + 1024);
    assertThat(memory.held()).isEqualTo(2 * MIB);
  }

  @Test
  void allocate_smallAndLarge_neverShareASegment() {
    allocator.allocate(MIB, 0);
    allocator.allocate(MIB + 1, 0);
    assertThat(memory.held()).isEqualTo(22 * MIB);
  }

  @Test
  void allocate_largeWithMoreThanOneMibLeftOver_isCut() {
    long one = allocator.allocate(18 * MIB, 0);
    allocator.free(one, 18 * MIB, 0); // a segment of 18 MiB
    assertThat(allocator.allocate(16 * MIB, 0)).isEqualTo(one);
    assertThat(allocator.allocate(2 * MIB, 0)).isEqualTo(one + 16 * MIB);
  }

  @ParameterizedTest
  @CsvSource({
    "true, 511, false",
    "true, 512, true",
    "false, 1048576, false",
    "false, 1048577, true"
  })
  void splits_leftOver_isAsPublished(boolean small, long rest, boolean splits) {
    assertThat(new SegmentGrowth(memory).splits(new FreeBlocks(small), rest)).isEqualTo(splits);
  }

  @Test
  void allocate_severalFit_takesTheSmallest() {
    long large = allocator.allocate(40 * MIB, 0);
    long small = allocator.allocate(30 * MIB, 0);
    allocator.free(large, 40 * MIB, 0);
    allocator.free(small, 30 * MIB, 0);
    assertThat(allocator.allocate(25 * MIB, 0)).isEqualTo(small);
  }

  @Test
  void free_neighbours_merge() {
    long[] parts = new long[4];
    for (int i = 0; i < parts.length; i++) {
      parts[i] = allocator.allocate(512 << 10, 0);
    }
    for (int i : new int[] {1, 3, 2, 0}) {
      allocator.free(parts[i], 512 << 10, 0);
    }
    assertThat(allocator.allocate(MIB, 0)).isEqualTo(parts[0]);
    assertThat(allocator.use().held()).isEqualTo(2 * MIB);
  }

  @Test
  void allocate_otherStream_doesNotTakeFreeBlocks() {
    allocator.free(allocator.allocate(1000, 1), 1000, 1);
    allocator.allocate(1000, 2);
    assertThat(memory.held()).isEqualTo(4 * MIB);
  }

  @Test
  void free_onAnotherStream_waitsForItsEvent() {
    long one = allocator.allocate(1000, 1);
    allocator.free(one, 1000, 2);
    long two = allocator.allocate(1000, 1);
    assertThat(two).isNotEqualTo(one);
    for (int i = 0; i < 5; i++) {
      order.tick();
    }
    assertThat(allocator.allocate(1000, 1)).isEqualTo(one);
  }

  @Test
  void trim_segmentInUse_staysWhole() {
    long one = allocator.allocate(100, 0);
    allocator.free(allocator.allocate(30 * MIB, 0), 30 * MIB, 0);
    assertThat(allocator.trim(0)).isEqualTo(30 * MIB);
    assertThat(allocator.use().fragmented()).isEqualTo(2 * MIB - 100);
    allocator.free(one, 100, 0);
    assertThat(allocator.use().cached()).isEqualTo(2 * MIB);
  }
}
