package dev.windlass.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.windlass.cuda.driver.CudaException;
import dev.windlass.cuda.fake.FakeCuda;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

/** Typed memory: what is copied, filled and sliced, and what is refused. */
class DeviceMemoryTest extends GpuCase {
  @Test
  void eachType_goesToTheDeviceAndBack_byArraysBuffersAndStreams() {
    try (Stream stream = gpu.newStream();
        ByteMemory bytes = gpu.bytes(3);
        ShortMemory shorts = gpu.shorts(3);
        IntMemory ints = gpu.ints(3);
        LongMemory longs = gpu.longs(3);
        FloatMemory floats = gpu.floats(3);
        DoubleMemory doubles = gpu.doubles(3)) {
      bytes.copyFrom(new byte[] {1, -2, 3});
      shorts.copyFrom(new short[] {1, -2, 30_000});
      ints.copyFrom(new int[] {1, -2, 1 << 30}, stream);
      longs.copyFrom(new long[] {1, -2, 1L << 62}, stream);
      floats.copyFrom(new float[] {1.5f, -2, Float.NaN}, stream);
      doubles.copyFrom(new double[] {1.5, -2, 1e300}, stream);
      assertThat(bytes.toArray()).containsExactly(1, -2, 3);
      assertThat(shorts.toArray()).containsExactly((short) 1, (short) -2, (short) 30_000);
      assertThat(ints.toArray()).containsExactly(1, -2, 1 << 30);
      assertThat(longs.toArray()).containsExactly(1, -2, 1L << 62);
      assertThat(floats.toArray()).containsExactly(1.5f, -2, Float.NaN);
      assertThat(doubles.toArray()).containsExactly(1.5, -2, 1e300);
      assertThat(doubles.length()).isEqualTo(3);
      assertThat(doubles.bytes()).isEqualTo(24);
    }
  }

  @Test
  void buffers_areCopiedFromPositionToLimit_whateverTheirKind_andNotMoved() {
    try (Stream stream = gpu.newStream();
        FloatMemory x = gpu.floats(4)) {
      x.fill(0);
      FloatBuffer heap = FloatBuffer.wrap(new float[] {9, 1, 2, 9}).position(1).limit(3);
      x.copyFrom(heap);
      assertThat(heap.position()).isEqualTo(1);
      assertThat(x.toArray()).containsExactly(1, 2, 0, 0);
      FloatBuffer bigEndian =
          ByteBuffer.allocateDirect(8).order(ByteOrder.BIG_ENDIAN).asFloatBuffer();
      bigEndian.put(0, 3).put(1, 4);
      x.copyFrom(bigEndian, stream);
      assertThat(x.toArray()).containsExactly(3, 4, 0, 0);
      FloatBuffer to = FloatBuffer.wrap(new float[] {7, 7, 7, 7}).position(2);
      x.copyTo(to, stream);
      assertThat(to.array()).containsExactly(7, 7, 3, 4);
      assertThat(to.position()).isEqualTo(2);
      assertInvalid(() -> x.copyTo(to.asReadOnlyBuffer()), "read-only");
    }
  }

  @Test
  void largeArrays_goInParts_andCanBeChangedAtOnce() {
    FakeCuda.delay(100);
    int n = 3 * Staging.LARGE / 4 + 5;
    int[] array = new Random(1).ints(n).toArray();
    int[] copy = array.clone();
    try (Stream stream = gpu.newStream();
        IntMemory x = gpu.ints(n);
        IntMemory y = gpu.ints(n)) {
      x.copyFrom(copy, stream);
      Arrays.fill(copy, 0);
      y.copyFrom(x, stream);
      int[] back = new int[n];
      y.copyTo(back, stream);
      assertThat(back).isEqualTo(array);
    }
  }

  @Test
  void manyLargeCopiesAtOnce_doNotWaitForEachOthersStagingMemory() throws Exception {
    FakeCuda.delay(300);
    int n = 5 * Staging.LARGE / 4;
    ExecutorService threads = Executors.newFixedThreadPool(16);
    try (IntMemory x = gpu.ints(n)) {
      x.fill(6);
      List<Future<int[]>> all = new ArrayList<>();
      for (int i = 0; i < 16; i++) {
        all.add(threads.submit(x::toArray));
      }
      for (Future<int[]> one : all) {
        assertThat(one.get(60, TimeUnit.SECONDS)).containsOnly(6);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void manySmallCopies_waitForStagingMemory_andNoneIsLost() {
    FakeCuda.delay(200);
    try (Stream stream = gpu.newStream();
        IntMemory x = gpu.ints(100)) {
      for (int i = 0; i < 100; i++) {
        x.slice(i, 1).copyFrom(new int[] {i}, stream);
      }
      assertThat(x.toArray()).isEqualTo(IntStream.range(0, 100).toArray());
    }
  }

  @Test
  void fill_setsEveryElement_ofAnyPattern() {
    int n = 20_001;
    try (ShortMemory shorts = gpu.shorts(n);
        LongMemory longs = gpu.longs(n);
        DoubleMemory doubles = gpu.doubles(n);
        ByteMemory bytes = gpu.bytes(n);
        FloatMemory floats = gpu.floats(n)) {
      for (long value : new long[] {0, -1, 0x0102030405060708L, 0x1111222211112222L, 7}) {
        longs.fill(value);
        assertThat(longs.toArray()).containsOnly(value);
      }
      for (short value : new short[] {0, 258, -2}) {
        shorts.slice(1, n - 2).fill(value);
        assertThat(shorts.slice(1, n - 2).toArray()).containsOnly(value);
      }
      doubles.fill(0.1);
      assertThat(doubles.toArray()).containsOnly(0.1);
      bytes.fill((byte) -3);
      assertThat(bytes.toArray()).containsOnly(-3);
      floats.fill(1.25f);
      assertThat(floats.toArray()).containsOnly(1.25f);
    }
  }

  @Test
  void slice_isAPart_ofTheSameMemory() {
    try (IntMemory x = gpu.ints(10)) {
      x.fill(0);
      IntMemory middle = x.slice(2, 6);
      middle.copyFrom(new int[] {1, 2});
      middle.slice(3, 3).fill(5);
      middle.close();
      assertThat(x.toArray()).containsExactly(0, 0, 1, 2, 0, 5, 5, 5, 0, 0);
      x.slice(0, 5).copyFrom(x.slice(5, 5));
      assertThat(x.toArray()).containsExactly(5, 5, 5, 0, 0, 5, 5, 5, 0, 0);
      assertInvalid(() -> x.slice(5, 6), "6 elements from 5", "10 elements");
      assertInvalid(() -> x.slice(-1, 2), "from -1");
      assertInvalid(() -> x.slice(0, 0), "0 elements");
      assertInvalid(() -> middle.slice(1, Long.MAX_VALUE), "6 elements");
      assertInvalid(() -> x.slice(1, 4).copyFrom(x.slice(3, 4)), "overlap");
    }
  }

  @Test
  void copyThatDoesNotFit_isRefused_andSaysByHowMuch() {
    try (Stream stream = gpu.newStream();
        FloatMemory x = gpu.floats(80);
        HostMemory host = gpu.hostMemory(400)) {
      assertInvalid(
          () -> x.copyFrom(new float[100]),
          "100 floats",
          "20 more than",
          "80",
          "copying to floats");
      assertInvalid(() -> x.copyTo(new float[81], stream), "1 more than", "copying from floats");
      assertInvalid(() -> x.copyFrom(host, stream), "400 bytes", "80 more", "320");
      assertInvalid(() -> x.copyTo(host), "400 bytes");
      try (FloatMemory larger = gpu.floats(81)) {
        assertInvalid(() -> x.copyFrom(larger, stream), "81 floats");
      }
      x.copyFrom(new float[0], stream);
    }
  }

  @Test
  void numbersThatCannotBe_areRefused() {
    assertInvalid(() -> gpu.floats(0), "0 floats");
    assertInvalid(() -> gpu.longs(-1), "-1 longs");
    assertInvalid(() -> gpu.doubles(1L << 61), "doubles");
    assertInvalid(() -> gpu.hostMemory(0), "0 bytes");
    assertThat(gpu.memoryUse().live()).isZero();
  }

  @Test
  void closedMemory_isRefused_everywhere() {
    try (Stream stream = gpu.newStream();
        IntMemory open = gpu.ints(4);
        HostMemory host = gpu.hostMemory(16)) {
      IntMemory closed = gpu.ints(4);
      IntMemory slice = closed.slice(1, 2);
      closed.close();
      closed.close();
      assertInvalid(closed::address, "4 ints is closed");
      assertInvalid(slice::address, "2 ints is closed");
      assertInvalid(() -> closed.copyFrom(new int[4]), "closed");
      assertInvalid(() -> closed.copyTo(new int[4], stream), "closed");
      assertInvalid(() -> closed.fill(1, stream), "closed");
      assertInvalid(() -> open.copyFrom(closed, stream), "closed");
      assertInvalid(() -> closed.copyFrom(open, stream), "closed");
      assertInvalid(() -> closed.copyFrom(host, stream), "closed");
      assertInvalid(() -> slice.fill(1), "closed");
      HostMemory closedHost = gpu.hostMemory(16);
      closedHost.close();
      closedHost.close();
      assertInvalid(closedHost::buffer, "16 bytes is closed");
      assertInvalid(() -> open.copyFrom(closedHost, stream), "closed");
    }
  }

  @Test
  @SuppressWarnings("NullAway")
  void streamThatIsNullClosedOrForeign_isAnErrorOfItsOwn() {
    try (DeviceContext other = cuda.device(1).context(MemoryGrowth.grow());
        Stream foreign = other.newStream();
        IntMemory x = gpu.ints(4)) {
      Stream none = null;
      Stream closed = gpu.newStream();
      closed.close();
      closed.close();
      assertInvalid(() -> x.fill(1, none), "the stream is null");
      assertInvalid(() -> x.copyFrom(new int[1], none), "the stream is null");
      assertInvalid(() -> x.fill(1, closed), "the stream is closed");
      assertInvalid(() -> x.copyFrom(new int[1], closed), "the stream is closed");
      assertInvalid(() -> x.fill(1, foreign), "another context", "device 1");
      assertInvalid(() -> gpu.ints(4, closed), "the stream is closed");
      assertInvalid(() -> gpu.ints(4, foreign), "another context");
      assertInvalid(closed::synchronize, "the stream is closed");
    }
  }

  @Test
  void close_doesNotWait_andTheWorkIsDoneFirst() {
    FakeCuda.delay(2000);
    try (Stream stream = gpu.newStream();
        IntMemory y = gpu.ints(1000)) {
      IntMemory x = gpu.ints(1000);
      x.fill(3, stream);
      y.copyFrom(x, stream);
      x.close();
      try (IntMemory next = gpu.ints(1000)) {
        next.fill(9);
        assertThat(y.toArray()).containsOnly(3);
      }
    }
  }

  @Test
  void memoryThatIsClosed_isUsedAgain_onlyAfterAllStreamsThatReadIt() {
    try (Stream slow = gpu.newStream();
        Stream fast = gpu.newStream();
        IntMemory other = gpu.ints(1000);
        IntMemory y = gpu.ints(1000);
        IntMemory z = gpu.ints(1000)) {
      IntMemory x = gpu.ints(1000);
      x.fill(3);
      backlog(other, slow);
      y.copyFrom(x, slow);
      z.copyFrom(x, fast); // reads do not wait for each other
      x.close();
      for (int i = 0; i < 3; i++) {
        gpu.ints(1000, fast).fill(9, fast);
      }
      assertThat(y.toArray()).containsOnly(3);
    }
  }

  /** Work that keeps a stream busy for some time. */
  private static void backlog(IntMemory with, Stream stream) {
    FakeCuda.delay(1000);
    for (int i = 0; i < 20; i++) {
      with.fill(i, stream);
    }
  }

  @Test
  void copiesBetweenDevices_areOrderedInBoth() {
    int n = Staging.LARGE / 4 * 2 + 7;
    int[] array = new Random(2).ints(n).toArray();
    try (DeviceContext other = cuda.device(1).context(MemoryGrowth.grow());
        Stream here = gpu.newStream();
        Stream there = other.newStream();
        IntMemory x = gpu.ints(n);
        IntMemory y = other.ints(n);
        IntMemory z = other.ints(n)) {
      x.copyFrom(array, here);
      backlog(z, there);
      y.copyFrom(x, there);
      x.fill(0, here);
      int[] back = new int[n];
      y.copyTo(back, there);
      assertThat(back).isEqualTo(array);
      x.copyFrom(y);
      assertThat(x.toArray()).isEqualTo(array);
    }
    assertThat(FakeCuda.used(1)).isZero();
  }

  @Test
  void copiesBetweenContextsOfOneDevice_areOrderedInBoth() {
    try (DeviceContext other = cuda.device(0).context(MemoryGrowth.grow());
        Stream here = gpu.newStream();
        Stream there = other.newStream();
        IntMemory x = gpu.ints(1000);
        IntMemory y = other.ints(1000);
        IntMemory z = other.ints(1000)) {
      for (int i = 0; i < 5; i++) {
        x.fill(i, here);
        backlog(z, there);
        y.copyFrom(x, there);
        x.fill(-1, here);
        int[] back = new int[1000];
        y.copyTo(back, there);
        assertThat(back).containsOnly(i);
      }
      assertInvalid(() -> x.copyFrom(other.hostMemory(4), here), "another context");
    }
  }

  @Test
  void pinnedMemory_isCopiedWhileTheProgramGoesOn_andSlicesAreParts() {
    FakeCuda.delay(500);
    try (Stream stream = gpu.newStream();
        HostMemory host = gpu.hostMemory(40);
        IntMemory x = gpu.ints(10)) {
      for (int i = 0; i < 10; i++) {
        host.buffer().putInt(4 * i, i);
      }
      x.copyFrom(host, stream);
      x.slice(0, 2).copyFrom(host.slice(32, 8), stream);
      x.copyTo(host.slice(0, 20), stream);
      stream.synchronize();
      int[] back = new int[10];
      host.buffer().asIntBuffer().get(back);
      assertThat(back).containsExactly(8, 9, 2, 3, 4, 5, 6, 7, 8, 9);
      assertInvalid(() -> host.slice(36, 5), "5 bytes from 36", "40 bytes");
      host.slice(0, 4).close();
      assertThat(host.buffer().getInt(0)).isEqualTo(8);
    }
  }

  @Test
  void driverThatRefuses_isItsException_andNothingIsLost() {
    try (IntMemory x = gpu.ints(4);
        Stream stream = gpu.newStream()) {
      for (String call : new String[] {"cuMemcpyHtoDAsync_v2", "cuEventRecord"}) {
        FakeCuda.failAt(call, 1, 1);
        Assertions.assertThatThrownBy(() -> x.copyFrom(new int[4], stream))
            .isInstanceOf(CudaException.class);
      }
      FakeCuda.failAt("cuMemcpyDtoHAsync_v2", 1, 1);
      Assertions.assertThatThrownBy(x::toArray).isInstanceOf(CudaException.class);
      for (int i = 0; i < 40; i++) {
        x.copyFrom(new int[] {1, 2, 3, i}, stream);
      }
      assertThat(x.toArray()).containsExactly(1, 2, 3, 39);
      assertThat(gpu.healthy()).isTrue();
    }
  }
}
