package dev.windlass.cuda.memory;

import static dev.windlass.cuda.memory.MemoryBreakdown.NO_LIMIT;
import static dev.windlass.cuda.memory.MemoryBreakdown.UNKNOWN;
import static org.assertj.core.api.Assertions.assertThat;

import dev.windlass.cuda.memory.MemoryBreakdown.Source;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OutOfDeviceMemoryExceptionTest {
  private static final long MIB = 1L << 20;
  private static final long GIB = 1L << 30;

  /** 5 GiB live, 1 GiB cached, 0.5 GiB in pieces, limit 8 GiB on a device of 24 GiB. */
  private static MemoryBreakdown asking(long asked) {
    return new MemoryBreakdown(
        asked,
        512 * MIB,
        5 * GIB,
        GIB,
        512 * MIB,
        6656 * MIB,
        8 * GIB,
        16 * GIB,
        24 * GIB,
        Source.VIRTUAL_MEMORY);
  }

  private static LiveAllocation allocation(long bytes) {
    return new LiveAllocation(
        0x7f0000000000L,
        bytes,
        0,
        "main",
        Duration.ofMillis(12_340),
        List.of("com.acme.Train.step(Train.java:42)", "com.acme.Train.main(Train.java:7)"));
  }

  @Test
  void message_isATableThatAPersonReadsInALog() {
    MemoryBreakdown b =
        asking(4 * GIB)
            .withOtherProcesses(GIB)
            .withLargest(List.of(allocation(3 * GIB), allocation(1500)));
    assertThat(new OutOfDeviceMemoryException(b))
        .hasMessage(
            """
            While allocating 4.00 GiB of device memory: there is not enough
              asked                          4.00 GiB  4294967296 bytes
              largest free block           512.00 MiB  536870912 bytes
              held by this pool              6.50 GiB  6979321856 bytes
                live                         5.00 GiB  5368709120 bytes
                cached                       1.00 GiB  1073741824 bytes
                fragmented                 512.00 MiB  536870912 bytes
              limit of this pool             8.00 GiB  8589934592 bytes
              device, all                   24.00 GiB  25769803776 bytes
              device, free                  16.00 GiB  17179869184 bytes
              device, not of this pool       1.50 GiB  1610612736 bytes
                other processes              1.00 GiB  1073741824 bytes
              largest live                   3.00 GiB  0x7f0000000000, 12.3 s old, thread main, at com.acme.Train.step(Train.java:42)
                                             1.46 KiB  0x7f0000000000, 12.3 s old, thread main, at com.acme.Train.step(Train.java:42)
            Raise the limit by 1536 MiB or more: the device has 16.00 GiB free.
            The largest live allocation is 3.00 GiB from com.acme.Train.step(Train.java:42): close it before, or make it smaller.
            Set a failure callback that frees or spills memory which can be had again.""");
  }

  @Test
  void limitReached_deviceFull_raisingTheLimitIsNotAdvised() {
    MemoryBreakdown b =
        new MemoryBreakdown(
            4 * GIB, 0, 6 * GIB, 0, 0, 6 * GIB, 8 * GIB, GIB, 24 * GIB, Source.VIRTUAL_MEMORY);
    String unknown = new OutOfDeviceMemoryException(b).remedy();
    assertThat(unknown)
        .contains("Raising the limit is not enough: the device has only 1.00 GiB free")
        .contains("17.00 GiB of this device is in use by others than this pool; nvidia-smi shows")
        .doesNotContain("Raise the limit by");
    assertThat(new OutOfDeviceMemoryException(b.withOtherProcesses(16 * GIB)).remedy())
        .contains("Other processes hold 16.00 GiB of this device: stop them")
        .doesNotContain("nvidia-smi");
    assertThat(new OutOfDeviceMemoryException(b.withOtherProcesses(0)).remedy())
        .doesNotContain("Other processes hold")
        .doesNotContain("nvidia-smi");
  }

  @Test
  void noLimit_isWrittenAsNone_andNeverRaised() {
    MemoryBreakdown b =
        new MemoryBreakdown(
            4 * GIB, 0, 6 * GIB, 0, 0, 6 * GIB, NO_LIMIT, GIB, 8 * GIB, Source.DRIVER_CALLS);
    OutOfDeviceMemoryException e = new OutOfDeviceMemoryException(b);
    assertThat(e.problem()).containsPattern("limit of this pool +none\n");
    assertThat(e.remedy()).doesNotContain("limit");
  }

  @Test
  void unknownDevice_isSaid_andAdviceStaysConditional() {
    MemoryBreakdown b =
        new MemoryBreakdown(
            4 * GIB, 0, 6 * GIB, 0, 0, 6 * GIB, 8 * GIB, UNKNOWN, UNKNOWN, Source.VIRTUAL_MEMORY);
    OutOfDeviceMemoryException e = new OutOfDeviceMemoryException(b);
    assertThat(e.problem())
        .containsPattern("device, free +unknown\n")
        .containsPattern("not of this pool +unknown");
    assertThat(e.remedy()).contains("Raise the limit by 2048 MiB or more, if the device has that");
  }

  @Test
  void moreThanTheDeviceHas_isTheOnlyAdviceOnSettings() {
    MemoryBreakdown b =
        new MemoryBreakdown(
            32 * GIB,
            0,
            6 * GIB,
            0,
            0,
            6 * GIB,
            8 * GIB,
            16 * GIB,
            24 * GIB,
            Source.VIRTUAL_MEMORY);
    assertThat(new OutOfDeviceMemoryException(b.withLargest(List.of())).remedy())
        .isEqualTo("The device has 24.00 GiB in all: allocate in parts, or use a larger GPU");
  }

  @Test
  void limitReachedByPieces_isRaisedByWhatTheyTake() {
    MemoryBreakdown b =
        new MemoryBreakdown(
            2 * GIB,
            0,
            5 * GIB,
            0,
            2 * GIB,
            7 * GIB,
            8 * GIB,
            9 * GIB,
            24 * GIB,
            Source.VIRTUAL_MEMORY);
    assertThat(new OutOfDeviceMemoryException(b).remedy())
        .contains("Raise the limit by 1024 MiB or more: the device has 9.00 GiB free")
        .contains("is in pieces of at most 0 B");
  }

  @Test
  void piecesInSegments_areNamed_withVirtualMemoryNoDeviceSettingIsAdvised() {
    MemoryBreakdown segments =
        new MemoryBreakdown(
            2 * GIB, GIB, 4 * GIB, GIB, 2 * GIB, 7 * GIB, 8 * GIB, GIB, 24 * GIB, Source.SEGMENTS);
    assertThat(new OutOfDeviceMemoryException(segments).remedy())
        .contains("free in this pool, 3.00 GiB, is in pieces of at most 1.00 GiB, as this device")
        .doesNotContain("Raise the limit by");
    MemoryBreakdown pages =
        new MemoryBreakdown(
            2 * GIB,
            GIB,
            4 * GIB,
            GIB,
            2 * GIB,
            7 * GIB,
            8 * GIB,
            GIB,
            24 * GIB,
            Source.VIRTUAL_MEMORY);
    assertThat(new OutOfDeviceMemoryException(pages).remedy())
        .contains("is in pieces of at most 1.00 GiB: allocate what is large")
        .doesNotContain("virtual memory");
  }

  @Test
  void whatIsOnAlready_isNeverAdvised() {
    MemoryBreakdown b = asking(4 * GIB);
    assertThat(new OutOfDeviceMemoryException(b).remedy())
        .contains("Turn allocation tracking on")
        .contains("Set a failure callback");
    assertThat(new OutOfDeviceMemoryException(b.withCallbackCalls(2)).remedy())
        .contains("The failure callback was asked 2 times and did not free enough")
        .doesNotContain("Set a failure callback");
    assertThat(new OutOfDeviceMemoryException(b.withLargest(List.of())).remedy())
        .doesNotContain("Turn allocation tracking on");
  }

  @Test
  void with_keepsStackCauseAndSuppressed() {
    IllegalStateException cause = new IllegalStateException("the driver says 2");
    OutOfDeviceMemoryException e = new OutOfDeviceMemoryException(asking(GIB), cause);
    e.addSuppressed(new IllegalArgumentException("spilling failed"));
    OutOfDeviceMemoryException fuller = e.with(e.breakdown().withCallbackCalls(1));
    assertThat(fuller.breakdown().callbackCalls()).hasValue(1);
    assertThat(fuller.getStackTrace()).isEqualTo(e.getStackTrace());
    assertThat(fuller).hasCause(cause).hasSuppressedException(e.getSuppressed()[0]);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0 B",
    "1023, 1023 B",
    "1024, 1.00 KiB",
    "1048575, 1.00 MiB",
    "1536, 1.50 KiB",
    "9223372036854775807, 8.00 EiB",
  })
  void amounts_areReadable(long bytes, String text) {
    assertThat(Bytes.text(bytes)).isEqualTo(text);
  }
}
