package dev.windlass.benchmarks.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.windlass.cuda.memory.DeviceAllocator;
import dev.windlass.cuda.memory.pool.StreamOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BfcAllocatorTest extends PolicyKit {
  private final DeviceAllocator allocator = new BfcAllocator(memory, 64L << 30);

  @Override
  DeviceAllocator allocator(ArithmeticMemory memory, long limit, StreamOrder order) {
    return new BfcAllocator(memory, limit);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 0",
    "256, 0",
    "511, 0",
    "512, 1",
    "1023, 1",
    "1024, 2",
    "268435455, 19",
    "268435456, 20",
    "1099511627776, 20"
  })
  void bin_size_isThePowerOfTwoBelowIt(long bytes, int bin) {
    assertThat(BfcAllocator.bin(bytes)).isEqualTo(bin);
  }

  @Test
  void allocate_first_takesARegionOfTwoMib() {
    allocator.allocate(1, 0);
    assertThat(memory.held()).isEqualTo(2 * MIB);
  }

  @Test
  void allocate_more_doublesTheRegions() {
    allocator.allocate(2 * MIB, 0);
    allocator.allocate(2 * MIB, 0);
    assertThat(memory.held()).isEqualTo(6 * MIB);
    allocator.allocate(3 * MIB, 0);
    assertThat(memory.held()).as("2 + 4 + 8").isEqualTo(14 * MIB);
  }

  @Test
  void allocate_moreThanTheNextRegion_doublesUntilItFitsAndThenNotAgain() {
    allocator.allocate(20 * MIB, 0);
    assertThat(memory.held()).isEqualTo(32 * MIB);
    allocator.allocate(20 * MIB, 0);
    assertThat(memory.held()).isEqualTo(64 * MIB);
  }

  @Test
  void allocate_deviceRefuses_asksForLess() {
    ArithmeticMemory device = new ArithmeticMemory(50 * MIB);
    DeviceAllocator tight = new BfcAllocator(device, 64L << 30);
    tight.allocate(33 * MIB, 0);
    assertThat(device.held()).isBetween(33 * MIB, 50 * MIB);
  }

  @Test
  void allocate_blockLessThanTwiceAsLarge_isNotCut() {
    long one = allocator.allocate(2 * MIB, 0);
    allocator.free(one, 2 * MIB, 0);
    allocator.allocate(MIB + 256, 0);
    allocator.allocate(256, 0);
    assertThat(memory.held()).isEqualTo(6 * MIB);
  }

  @Test
  void allocate_blockTwiceAsLarge_isCut() {
    long one = allocator.allocate(2 * MIB, 0);
    allocator.free(one, 2 * MIB, 0);
    assertThat(allocator.allocate(MIB, 0)).isEqualTo(one);
    assertThat(allocator.allocate(MIB, 0)).isEqualTo(one + MIB);
  }

  @Test
  void allocate_wouldWaste128Mib_isCut() {
    long one = allocator.allocate(512 * MIB, 0);
    allocator.free(one, 512 * MIB, 0);
    assertThat(allocator.allocate(384 * MIB, 0)).isEqualTo(one);
    assertThat(allocator.allocate(128 * MIB, 0)).isEqualTo(one + 384 * MIB);
  }

  @Test
  void free_neighbours_merge() {
    long one = allocator.allocate(MIB, 0);
    long two = allocator.allocate(MIB, 0);
    allocator.free(two, MIB, 0);
    allocator.free(one, MIB, 0);
    assertThat(allocator.allocate(2 * MIB, 0)).isEqualTo(one);
  }
}
