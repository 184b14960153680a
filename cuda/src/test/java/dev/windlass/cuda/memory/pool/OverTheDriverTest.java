package dev.windlass.cuda.memory.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.windlass.cuda.driver.CudaDriver;
import dev.windlass.cuda.driver.CudaException;
import dev.windlass.cuda.driver.PoolAttribute;
import dev.windlass.cuda.fake.FakeCuda;
import dev.windlass.cuda.javacpp.JavacppCudaDriverProvider;
import dev.windlass.cuda.memory.DeviceAllocator;
import dev.windlass.cuda.memory.MemoryBreakdown;
import dev.windlass.cuda.memory.MemoryUse;
import dev.windlass.cuda.memory.OutOfDeviceMemoryException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * All allocators over JavaCPP and the fake driver in C, which has real memory behind its addresses
 * and runs streams on threads, so that memory that is given out too early shows in its contents.
 */
class OverTheDriverTest {
  private static final long MIB = 1 << 20;
  private static final PoolSettings SETTINGS =
      PoolSettings.GROW.withLimit(64 * MIB).withGiveBackAfter(Duration.ZERO);

  /** The allocators. */
  enum Kind {
    PAGES,
    SEGMENTS,
    CUDA_POOL,
    DIRECT
  }

  private CudaDriver driver;
  private int device;
  private long context;
  private long a;
  private long b;

  @BeforeEach
  void open() {
    FakeCuda.start();
    driver = new JavacppCudaDriverProvider().load();
    driver.initialize();
    device = driver.device(0);
    context = driver.retainPrimaryContext(device);
    driver.setCurrentContext(context);
    a = driver.createStream();
    b = driver.createStream();
  }

  @AfterEach
  void close() {
    if (driver != null) {
      driver.destroyStream(a);
      driver.destroyStream(b);
      driver.setCurrentContext(0);
      driver.releasePrimaryContext(device);
      for (FakeCuda.Kind kind : FakeCuda.Kind.values()) {
        assertThat(FakeCuda.live(kind)).as("%s left", kind).isZero();
      }
      assertThat(FakeCuda.used(0)).as("bytes left").isZero();
    }
  }

  private DeviceAllocator allocator(Kind kind) {
    return switch (kind) {
      case PAGES -> MemoryPool.open(driver, device, context, SETTINGS);
      case SEGMENTS ->
          MemoryPool.overSegments(
              new DriverSegments(driver), new DriverStreams(driver, context), SETTINGS);
      case CUDA_POOL -> new CudaPool(driver, device, 64 * MIB);
      case DIRECT -> new DirectAllocator(driver, 64 * MIB);
    };
  }

  @ParameterizedTest
  @EnumSource
  void memory_keepsItsContents_whateverStreamsDoAround(Kind kind) {
    FakeCuda.delay(300);
    ByteBuffer hostA = driver.allocateHost(4096);
    ByteBuffer hostB = driver.allocateHost(4096);
    Random random = new Random(7);
    try (DeviceAllocator memory = allocator(kind)) {
      for (int i = 1; i <= 60; i++) {
        long stream = random.nextBoolean() ? a : b;
        ByteBuffer host = stream == a ? hostA : hostB;
        long bytes = 4096L + (random.nextInt(3) == 0 ? random.nextInt(6 << 20) : 0);
        long address = memory.allocate(bytes, stream);
        assertThat(address % 256).isZero();
        driver.fillIntsAsync(address, i, 1024, stream);
        driver.fillIntsAsync(address + (bytes - 4) / 4 * 4, i, 1, stream);
        driver.copyToHostAsync(host, address, stream);
        memory.free(address, bytes, stream);
        if (i % 10 == 0) {
          driver.synchronizeStream(stream);
          for (int k = 0; k < 4096; k += 4) {
            assertThat(host.getInt(k)).isEqualTo(i);
          }
        }
      }
      assertThat(memory.use().live()).isZero();
      assertThat(memory.use().peakLive()).isPositive();
    }
    driver.freeHost(hostA);
    driver.freeHost(hostB);
  }

  @ParameterizedTest
  @EnumSource
  void limit_isKept_andFreedMemoryServesTheNextRequest(Kind kind) {
    FakeCuda.delay(2000);
    try (DeviceAllocator memory = allocator(kind)) {
      long first = memory.allocate(40 * MIB, a);
      assertThatThrownBy(() -> memory.allocate(40 * MIB, b))
          .isInstanceOf(OutOfDeviceMemoryException.class);
      assertThatThrownBy(() -> memory.allocate(0, a)).isInstanceOf(IllegalArgumentException.class);
      driver.fillBytesAsync(first, (byte) 1, 4096, a);
      memory.free(first, 40 * MIB, a);
      long second = memory.allocate(60 * MIB, b);
      MemoryUse use = memory.use();
      assertThat(use.live()).isEqualTo(60 * MIB);
      assertThat(use.held()).isBetween(60 * MIB, 64 * MIB);
      assertThat(use.live() + use.cached() + use.fragmented()).isEqualTo(use.held());
      memory.free(second, 60 * MIB, b);
      memory.forget(b);
    }
  }

  @ParameterizedTest
  @EnumSource
  void close_withLiveMemory_givesItBack(Kind kind) {
    DeviceAllocator memory = allocator(kind);
    long address = memory.allocate(3 * MIB, a);
    driver.fillIntsAsync(address, 1, 1024, a);
    memory.allocate(100, b);
    memory.close();
    memory.close();
  }

  @Test
  void pages_openAtOnce_moveBetweenStreamsAndTrim() {
    FakeCuda.delay(500);
    MemoryPool pool = MemoryPool.open(driver, device, context, SETTINGS.withReserve(0.5));
    assertThat(FakeCuda.used(0)).isEqualTo(32 * MIB);
    long[] blocks = new long[16];
    for (int i = 0; i < blocks.length; i++) {
      blocks[i] = pool.allocate(4 * MIB, a);
    }
    for (int i = 0; i < blocks.length; i += 2) {
      driver.fillBytesAsync(blocks[i], (byte) 1, 4 * MIB, a);
      pool.free(blocks[i], 4 * MIB, a);
    }
    long large = pool.allocate(32 * MIB, a);
    driver.fillBytesAsync(large, (byte) 2, 32 * MIB, a);
    ByteBuffer host = driver.allocateHost((int) (32 * MIB));
    driver.copyToHostAsync(host, large, a);
    driver.synchronizeStream(a);
    for (int i = 0; i < host.limit(); i += 997) {
      assertThat(host.get(i)).isEqualTo((byte) 2);
    }
    assertThat(pool.counters().movedPages()).isEqualTo(16);
    assertThat(FakeCuda.used(0)).isEqualTo(64 * MIB);
    for (int i = 1; i < blocks.length; i += 2) {
      pool.free(blocks[i], 4 * MIB, a);
    }
    pool.trim(64 * MIB);
    driver.synchronizeContext();
    assertThat(pool.trim(40 * MIB)).isEqualTo(24 * MIB);
    assertThat(FakeCuda.used(0)).isEqualTo(40 * MIB);
    pool.free(large, 32 * MIB, a);
    pool.close();
    driver.freeHost(host);
  }

  @Test
  void driverThatFailsInTheMiddle_losesNothing() {
    try (MemoryPool pool = MemoryPool.open(driver, device, context, SETTINGS)) {
      long kept = pool.allocate(4 * MIB, a);
      for (String call : new String[] {"cuMemCreate", "cuMemMap", "cuMemSetAccess", "cuMemMap"}) {
        FakeCuda.failAt(call, call.equals("cuMemSetAccess") ? 1 : 2, 719);
        assertThatThrownBy(() -> pool.allocate(8 * MIB, a)).isInstanceOf(CudaException.class);
        assertThat(FakeCuda.used(0)).isEqualTo(4 * MIB);
      }
      assertThat(FakeCuda.live(FakeCuda.Kind.MAPPING)).isEqualTo(2);
      pool.free(kept, 4 * MIB, a);
      assertThat(pool.allocate(64 * MIB, a)).isPositive();
    }
  }

  @Test
  void others_onTheDevice_leaveLess_andTheExceptionSaysSo() {
    long others = driver.allocate(FakeCuda.MEMORY - 20 * MIB);
    try (MemoryPool pool = MemoryPool.open(driver, device, context, SETTINGS)) {
      long first = pool.allocate(12 * MIB, a);
      assertThatThrownBy(() -> pool.allocate(12 * MIB, a))
          .isInstanceOfSatisfying(
              OutOfDeviceMemoryException.class,
              e -> {
                assertThat(e.breakdown().deviceFree()).isEqualTo(8 * MIB);
                assertThat(e.breakdown().outside()).isEqualTo(FakeCuda.MEMORY - 20 * MIB);
                assertThat(e).hasCauseInstanceOf(CudaException.class);
              });
      pool.free(first, 12 * MIB, a);
      assertThat(pool.allocate(20 * MIB, b)).isPositive();
    }
    driver.free(others);
  }

  @Test
  void thread_givesBack_inAContextOfItsOwn() {
    PoolSettings settings = SETTINGS.withGiveBackAfter(Duration.ofMillis(40));
    try (MemoryPool pool = MemoryPool.open(driver, device, context, settings)) {
      pool.free(pool.allocate(6 * MIB, a), 6 * MIB, a);
      Awaitility.await().atMost(30, TimeUnit.SECONDS).until(() -> FakeCuda.used(0) == 0);
    }
  }

  @Test
  void streamThatEnds_leavesItsMemoryToOthers() {
    FakeCuda.delay(300);
    try (MemoryPool pool = MemoryPool.open(driver, device, context, SETTINGS)) {
      long ending = driver.createStream();
      long address = pool.allocate(60 * MIB, ending);
      driver.fillBytesAsync(address, (byte) 1, 60 * MIB, ending);
      pool.free(address, 60 * MIB, ending);
      pool.forget(ending);
      driver.destroyStream(ending);
      long next = pool.allocate(60 * MIB, a);
      driver.fillBytesAsync(next, (byte) 2, 4096, a);
      ByteBuffer host = driver.allocateHost(4096);
      driver.copyToHostAsync(host, next, a);
      driver.synchronizeStream(a);
      assertThat(host.get(4095)).isEqualTo((byte) 2);
      driver.freeHost(host);
    }
  }

  @Test
  void cudaPool_keepsMemoryOverSynchronisation_andPutsTheThresholdBack() {
    long pool = driver.defaultMemoryPool(device);
    CudaPool memory = new CudaPool(driver, device, MemoryBreakdown.NO_LIMIT);
    memory.free(memory.allocate(8 * MIB, a), 8 * MIB, a);
    driver.synchronizeStream(a);
    assertThat(memory.use().cached()).isEqualTo(8 * MIB);
    assertThat(memory.trim(0)).isEqualTo(8 * MIB);
    memory.close();
    assertThat(driver.poolAttribute(pool, PoolAttribute.RELEASE_THRESHOLD)).isZero();
  }

  @Test
  void cudaPool_withoutRoom_reclaimsWhatIsFreed_thenFailsWithTheDriversWord() {
    FakeCuda.delay(20_000);
    CudaPool memory = new CudaPool(driver, device, MemoryBreakdown.NO_LIMIT);
    long most = FakeCuda.MEMORY - 10 * MIB;
    long address = memory.allocate(most, a);
    memory.free(address, most, a); // queued: done only after the delay
    long again = memory.allocate(most, a);
    assertThatThrownBy(() -> memory.allocate(20 * MIB, a))
        .isInstanceOf(OutOfDeviceMemoryException.class)
        .hasCauseInstanceOf(CudaException.class);
    memory.free(again, most, a);
    memory.close();
  }
}
