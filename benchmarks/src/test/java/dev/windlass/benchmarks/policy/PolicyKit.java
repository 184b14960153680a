package dev.windlass.benchmarks.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.windlass.benchmarks.trace.Trace;
import dev.windlass.benchmarks.trace.Traces;
import dev.windlass.cuda.memory.DeviceAllocator;
import dev.windlass.cuda.memory.OutOfDeviceMemoryException;
import dev.windlass.cuda.memory.pool.StreamOrder;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What every policy must do. */
abstract class PolicyKit {
  static final long MIB = 1L << 20;

  final ArithmeticMemory memory = new ArithmeticMemory(64L << 30);

  abstract DeviceAllocator allocator(ArithmeticMemory memory, long limit, StreamOrder order);

  boolean givesBack() {
    return true;
  }

  @Test
  void allocate_everyTrace_neverOverlapsAndGivesAllBack() {
    for (Trace trace : Traces.all(3, 1)) {
      ArithmeticMemory device = new ArithmeticMemory(80L << 30);
      ArithmeticOrder order = new ArithmeticOrder(10);
      DeviceAllocator allocator = allocator(device, 80L << 30, order);
      TreeMap<Long, Long> live = new TreeMap<>();
      long[] addresses = new long[trace.allocations()];
      long[] bytes = new long[trace.allocations()];
      for (int event = 0; event < trace.size(); event++, order.tick()) {
        int id = trace.id(event);
        if (trace.allocates(event)) {
          bytes[id] = trace.bytes(event);
          addresses[id] = allocator.allocate(bytes[id], trace.stream(event));
          assertThat(addresses[id] % 256).isZero();
          Map.Entry<Long, Long> below = live.lowerEntry(addresses[id] + bytes[id]);
          assertThat(below == null || below.getKey() + below.getValue() <= addresses[id])
              .as("%s, event %d: apart from what is live", trace.name(), event)
              .isTrue();
          live.put(addresses[id], bytes[id]);
        } else {
          live.remove(addresses[id]);
          allocator.free(addresses[id], bytes[id], trace.stream(event));
        }
        if (event % 1000 == 0) {
          assertThat(allocator.use().held()).isEqualTo(device.held());
        }
      }
      assertThat(allocator.use().live()).isZero();
      assertThat(allocator.use().peakLive()).isEqualTo(trace.peakLiveBytes());
      assertThat(allocator.use().peakHeld()).isEqualTo(device.peakHeld());
      if (givesBack()) {
        allocator.trim(0);
        assertThat(device.held()).as(trace.name()).isZero();
      }
      allocator.close();
      assertThat(device.held()).as(trace.name()).isZero();
    }
  }

  @Test
  void allocate_moreThanThereIs_isOutOfMemoryAndLeavesItUsable() {
    ArithmeticMemory device = new ArithmeticMemory(100 * MIB);
    DeviceAllocator allocator = allocator(device, 100 * MIB, new ArithmeticOrder(0));
    long one = allocator.allocate(60 * MIB, 0);
    assertThatThrownBy(() -> allocator.allocate(60 * MIB, 0))
        .isInstanceOf(OutOfDeviceMemoryException.class);
    allocator.free(one, 60 * MIB, 0);
    assertThat(allocator.allocate(60 * MIB, 0)).isPositive();
    allocator.close();
    assertThat(device.held()).isZero();
  }

  @Test
  void allocate_whatIsCachedIsInTheWay_givesItBackFirstIfItEverDoes() {
    ArithmeticMemory device = new ArithmeticMemory(100 * MIB);
    DeviceAllocator allocator = allocator(device, 100 * MIB, new ArithmeticOrder(0));
    long one = allocator.allocate(40 * MIB, 0);
    allocator.free(one, 40 * MIB, 0);
    if (givesBack()) {
      assertThat(allocator.allocate(96 * MIB, 0)).isPositive();
    } else {
      assertThatThrownBy(() -> allocator.allocate(96 * MIB, 0))
          .isInstanceOf(OutOfDeviceMemoryException.class);
    }
  }

  @Test
  void allocate_afterAFree_givesTheSameAddress() {
    DeviceAllocator allocator = allocator(memory, 64L << 30, new ArithmeticOrder(0));
    long one = allocator.allocate(12345, 0);
    allocator.free(one, 12345, 0);
    assertThat(allocator.allocate(12345, 0)).isEqualTo(one);
  }

  @Test
  void allocate_nothing_isRefused() {
    DeviceAllocator allocator = allocator(memory, 64L << 30, new ArithmeticOrder(0));
    assertThatThrownBy(() -> allocator.allocate(0, 0)).isInstanceOf(IllegalArgumentException.class);
  }
}
