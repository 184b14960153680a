package dev.windlass.benchmarks.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.windlass.cuda.memory.DeviceAllocator;
import dev.windlass.cuda.memory.pool.StreamOrder;
import org.junit.jupiter.api.Test;

class ExpandableCachingAllocatorTest extends PolicyKit {
  private final DeviceAllocator allocator =
      CachingAllocator.expandable(memory, 64L << 30, new ArithmeticOrder(0));

  @Override
  DeviceAllocator allocator(ArithmeticMemory memory, long limit, StreamOrder order) {
    return CachingAllocator.expandable(memory, limit, order);
  }

  @Test
  void allocate_small_mapsPagesOfTwoMib() {
    allocator.allocate(100, 0);
    assertThat(memory.held()).isEqualTo(2 * MIB);
  }

  @Test
  void allocate_large_mapsPagesOfTwentyMibAtTheEnd() {
    long one = allocator.allocate(30 * MIB, 0);
    assertThat(memory.held()).isEqualTo(40 * MIB);
    long two = allocator.allocate(50 * MIB, 0);
    assertThat(two).as("uses the 10 MiB that are left over").isEqualTo(one + 30 * MIB);
    assertThat(memory.held()).isEqualTo(80 * MIB);
  }

  @Test
  void allocate_freeBlockAtTheEnd_growsInPlace() {
    long one = allocator.allocate(40 * MIB, 0);
    allocator.free(one, 40 * MIB, 0);
    assertThat(allocator.allocate(45 * MIB, 0)).isEqualTo(one);
    assertThat(memory.held()).isEqualTo(60 * MIB);
  }

  @Test
  void allocate_blockAtTheEndFitsBest_leavesItToGrow() {
    long middle = allocator.allocate(40 * MIB, 0);
    allocator.allocate(10 * MIB, 0); // leaves 10 MiB at the end
    allocator.free(middle, 40 * MIB, 0);
    assertThat(allocator.allocate(5 * MIB, 0)).isEqualTo(middle);
  }

  @Test
  void allocate_leftOver_isCutDownToAUnit() {
    long one = allocator.allocate(19 * MIB, 0);
    assertThat(allocator.allocate(MIB + 512, 0)).isEqualTo(one + 19 * MIB);
    assertThat(memory.held()).as("the end of the first page and the second").isEqualTo(40 * MIB);
  }

  @Test
  void trim_pagesWithinAFreeBlock_areUnmapped() {
    long one = allocator.allocate(10 * MIB, 0);
    long two = allocator.allocate(80 * MIB, 0);
    long three = allocator.allocate(10 * MIB, 0);
    allocator.free(two, 80 * MIB, 0);
    assertThat(allocator.trim(0)).isEqualTo(60 * MIB);
    assertThat(allocator.allocate(80 * MIB, 0)).as("the hole is mapped again").isEqualTo(two);
    assertThat(memory.held()).isEqualTo(100 * MIB);
    assertThat(one).isLessThan(three);
  }
}
