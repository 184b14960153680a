package dev.windlass.benchmarks.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import dev.windlass.cuda.memory.DeviceAllocator;
import dev.windlass.cuda.memory.pool.StreamOrder;
import org.junit.jupiter.api.Test;

class RmmPoolTest extends PolicyKit {
  private final DeviceAllocator allocator = new RmmPool(memory, new ArithmeticOrder(0));

  @Override
  DeviceAllocator allocator(ArithmeticMemory memory, long limit, StreamOrder order) {
    return new RmmPool(memory, order);
  }

  @Override
  boolean givesBack() {
    return false;
  }

  @Test
  void allocate_more_doublesThePool() {
    allocator.allocate(MIB, 0);
    allocator.allocate(1, 0);
    assertThat(memory.held()).isEqualTo(2 * MIB);
    allocator.allocate(MIB, 0);
    assertThat(memory.held()).isEqualTo(4 * MIB);
  }

  @Test
  void allocate_deviceRefuses_halvesDownToTheNeed() {
    ArithmeticMemory device = new ArithmeticMemory(100 * MIB);
    DeviceAllocator tight = new RmmPool(device, new ArithmeticOrder(0));
    tight.allocate(64 * MIB, 0);
    tight.allocate(10 * MIB, 0);
    assertThat(device.held()).as("64 was refused, 32 given").isEqualTo(96 * MIB);
  }

  @Test
  void allocate_severalFit_takesTheSmallest() {
    long large = allocator.allocate(4 * MIB, 0);
    allocator.allocate(256, 0);
    long small = allocator.allocate(2 * MIB, 0);
    allocator.allocate(256, 0);
    allocator.allocate(MIB, 0); // so that what follows is no larger free piece
    allocator.free(large, 4 * MIB, 0);
    allocator.free(small, 2 * MIB, 0);
    assertThat(allocator.allocate(2 * MIB - 256, 0)).isEqualTo(small);
  }

  @Test
  void allocate_onAnotherStream_takesWhatTheFirstHasFreedAndWaitsForIt() {
    StreamOrder order = mock(StreamOrder.class);
    when(order.createEvent()).thenReturn(71L, 72L);
    DeviceAllocator pool = new RmmPool(memory, order);
    long one = pool.allocate(MIB, 1);
    pool.free(one, MIB, 1);
    assertThat(pool.allocate(MIB, 2)).isEqualTo(one);
    verify(order).record(71, 1);
    verify(order).waitFor(2L, 71L);
    assertThat(memory.held()).isEqualTo(MIB);
  }
}
