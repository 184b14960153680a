package dev.windlass.cuda.kit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.windlass.cuda.driver.CudaError;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

/** Memory, copies and fills. */
public abstract class MemoryKit extends DriverKit {
  @Test
  void copies_goThereAndBack_andAcrossTheDevice() {
    long a = driver.allocate(16);
    long b = driver.allocate(16);
    driver.copyToDevice(a, ints(1, 2, 3, 4));
    driver.copyOnDevice(b + 4, a, 8);
    driver.copyOnDevice(b, a + 12, 4);
    assertThat(read(b, 3)).containsExactly(4, 1, 2);
    driver.free(a);
    driver.free(b);
  }

  @Test
  void copy_takesTheBytesBetweenPositionAndLimit_andMovesNeither() {
    long a = driver.allocate(16);
    driver.copyToDevice(a, ints(0, 0, 0, 0));
    ByteBuffer from = ints(7, 8, 9, 10).position(4).limit(12);
    driver.copyToDevice(a, from);
    assertThat(from.position()).isEqualTo(4);
    assertThat(from.limit()).isEqualTo(12);
    assertThat(read(a, 4)).containsExactly(8, 9, 0, 0);
    ByteBuffer to = ints(-1, -1, -1, -1).position(8).limit(12);
    driver.copyToHost(to, a);
    to.clear();
    assertThat(to.asIntBuffer()).isEqualTo(ints(-1, -1, 8, -1).asIntBuffer());
    driver.free(a);
  }

  @Test
  void copy_withABufferOnTheHeap_orToAReadOnlyOne_isRefused() {
    long a = driver.allocate(16);
    ByteBuffer heap = ByteBuffer.allocate(16);
    assertThatIllegalArgumentException().isThrownBy(() -> driver.copyToDevice(a, heap));
    assertThatIllegalArgumentException().isThrownBy(() -> driver.copyToHost(heap, a));
    ByteBuffer readOnly = ByteBuffer.allocateDirect(16).asReadOnlyBuffer();
    assertThatIllegalArgumentException().isThrownBy(() -> driver.copyToHost(readOnly, a));
    driver.free(a);
  }

  @Test
  void fills_writeBytesAndInts() {
    long a = driver.allocate(16);
    long stream = driver.createStream();
    driver.fillBytesAsync(a, (byte) 1, 16, stream);
    driver.fillIntsAsync(a + 4, -5, 2, stream);
    driver.synchronizeStream(stream);
    assertThat(read(a, 4)).containsExactly(0x01010101, -5, -5, 0x01010101);
    driver.destroyStream(stream);
    driver.free(a);
  }

  @Test
  void fillOfShorts_writesShorts() {
    long a = driver.allocate(8);
    driver.copyToDevice(a, ints(0, 0));
    driver.fillShortsAsync(a + 2, (short) -2, 2, 0);
    driver.synchronizeStream(0);
    ByteBuffer shorts = ints(0, 0);
    driver.copyToHost(shorts, a);
    assertThat(shorts.getShort(0)).isZero();
    assertThat(shorts.getShort(2)).isEqualTo((short) -2);
    assertThat(shorts.getShort(4)).isEqualTo((short) -2);
    assertThat(shorts.getShort(6)).isZero();
    driver.free(a);
  }

  @Test
  void copies_alsoTakeAnAddressOfTheHost() {
    ByteBuffer host = driver.allocateHost(16);
    host.putInt(4, 5).putInt(8, 6);
    long a = driver.allocate(8);
    long address = driver.hostAddress(host);
    assertThat(driver.hostAddress(host.duplicate().position(4))).isEqualTo(address + 4);
    assertThat(driver.hostAddress(host.slice(8, 4))).isEqualTo(address + 8);
    driver.copyToDeviceAsync(a, address + 4, 8, 0);
    driver.copyToHostAsync(address + 12, a + 4, 4, 0);
    driver.synchronizeStream(0);
    assertThat(read(a, 2)).containsExactly(5, 6);
    assertThat(host.getInt(12)).isEqualTo(6);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> driver.hostAddress(ByteBuffer.allocate(16)));
    driver.free(a);
    driver.freeHost(host);
  }

  @Test
  void hostMemory_isPinnedWhereItIs_once() {
    ByteBuffer host = ByteBuffer.allocateDirect(8192).order(ByteOrder.nativeOrder());
    long address = driver.hostAddress(host);
    driver.registerHost(address, 8192);
    assertFails(CudaError.HOST_MEMORY_ALREADY_REGISTERED, () -> driver.registerHost(address, 8192));
    long a = driver.allocate(4);
    host.putInt(0, 3);
    driver.copyToDeviceAsync(a, host.slice(0, 4), 0);
    driver.synchronizeStream(0);
    assertThat(read(a, 1)).containsExactly(3);
    driver.unregisterHost(address);
    assertFails(CudaError.HOST_MEMORY_NOT_REGISTERED, () -> driver.unregisterHost(address));
    driver.free(a);
  }

  @Test
  void pinnedMemory_isADirectBuffer_thatAsynchronousCopiesUse() {
    ByteBuffer host = driver.allocateHost(1000);
    assertThat(host.isDirect()).isTrue();
    assertThat(host.capacity()).isEqualTo(1000);
    assertThat(host.order()).isEqualTo(ByteOrder.nativeOrder());
    long a = driver.allocate(2000);
    long stream = driver.createStream();
    for (int i = 0; i < 250; i++) {
      host.putInt(4 * i, i);
    }
    driver.copyToDeviceAsync(a, host, stream);
    driver.copyOnDeviceAsync(a + 1000, a, 1000, stream);
    driver.copyToHostAsync(host.slice(0, 8), a + 1000 + 4 * 100, stream);
    driver.synchronizeStream(stream);
    assertThat(host.getInt(0)).isEqualTo(100);
    assertThat(host.getInt(4)).isEqualTo(101);
    assertThat(host.getInt(8)).isEqualTo(2);
    driver.destroyStream(stream);
    driver.freeHost(host.position(10));
    driver.free(a);
  }

  @Test
  void memoryInfo_countsWhatIsAllocated() {
    long[] before = new long[2];
    long[] after = new long[2];
    driver.memoryInfo(before);
    long a = driver.allocate(64 << 20);
    driver.memoryInfo(after);
    assertThat(before[0] - after[0]).isBetween(64L << 20, 66L << 20);
    assertThat(after[1]).isEqualTo(driver.deviceTotalMemory(device));
    driver.free(a);
    driver.memoryInfo(after);
    assertThat(after[0]).isGreaterThanOrEqualTo(before[0]);
  }

  @Test
  void allocation_ofNothingOrOfTooMuch_isAnError() {
    assertFails(CudaError.INVALID_VALUE, () -> driver.allocate(0));
    assertFails(
        CudaError.OUT_OF_MEMORY, () -> driver.allocate(driver.deviceTotalMemory(device) + 1));
  }

  @Test
  void free_ofNothing_isNothing_andTwice_isAnError() {
    driver.free(0);
    long a = driver.allocate(64);
    driver.free(a);
    assertFails(CudaError.INVALID_VALUE, () -> driver.free(a));
  }
}
