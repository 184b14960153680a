package dev.windlass.cuda.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.windlass.cuda.memory.TraceEvent.Action;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AllocationTraceTest {
  @TempDir Path folder;

  @Test
  void lines_areAsRmmWritesThem() throws Exception {
    Path file = folder.resolve("trace.csv");
    long thread = Thread.currentThread().getId();
    try (AllocationTrace trace =
        new AllocationTrace(
            new FakeAllocator(1000), file, () -> LocalTime.of(9, 8, 7, 6_005_004))) {
      long address = trace.allocate(600, 0);
      trace.free(address, 600, 0x5581f0a0L);
      assertThatThrownBy(() -> trace.allocate(2000, 0))
          .isInstanceOf(OutOfDeviceMemoryException.class);
      assertThat(Files.readString(file)).as("on disk after a failure").contains("failure");
    }
    assertThat(Files.readString(file))
        .isEqualTo(
            """
            Thread,Time,Action,Pointer,Size,Stream
            %1$d,09:08:07.006005,allocate,0x7f0000000000,600,0
            %1$d,09:08:07.006005,free,0x7f0000000000,600,0x5581f0a0
            %1$d,09:08:07.006005,allocate failure,(nil),2000,0
            """
                .formatted(thread));
  }

  /** A free is written before its address can be given out again. */
  @Test
  void manyThreads_noAddressIsAllocatedTwice() throws Exception {
    Path file = folder.resolve("trace.csv");
    try (AllocationTrace trace = new AllocationTrace(new FakeAllocator(Long.MAX_VALUE / 2), file)) {
      List<Thread> threads =
          IntStream.range(0, 4)
              .mapToObj(
                  t ->
                      new Thread(
                          () -> {
                            Random random = new Random(t);
                            for (int i = 0; i < 2_000; i++) {
                              long bytes = 1L + random.nextInt(3);
                              trace.free(trace.allocate(bytes, t), bytes, t);
                            }
                          }))
              .toList();
      threads.forEach(Thread::start);
      for (Thread t : threads) {
        t.join();
      }
    }
    Map<Long, Long> live = new HashMap<>();
    for (TraceEvent e : TraceFile.read(file)) {
      if (e.action() == Action.ALLOCATE) {
        assertThat(live.put(e.pointer(), e.bytes())).isNull();
      } else {
        assertThat(live.remove(e.pointer())).isEqualTo(e.bytes());
      }
    }
    assertThat(live).isEmpty();
  }

  @Test
  void diskFull_endsTheTrace_notTheProgram() {
    Path full = Path.of("/dev/full");
    Assumptions.assumeTrue(Files.exists(full), "skipped: there is no /dev/full here");
    FakeAllocator fake = new FakeAllocator(1 << 30);
    AllocationTrace trace = new AllocationTrace(fake, full);
    for (int i = 0; i < 1000; i++) {
      trace.allocate(8, 0);
    }
    trace.flush();
    assertThat(fake.use().live()).isEqualTo(8000);
    trace.close();
    assertThat(fake.timesClosed()).isEqualTo(1);
  }

  @Test
  void folderThatIsNotThere_isAnError() {
    assertThatThrownBy(
            () -> new AllocationTrace(new FakeAllocator(1), folder.resolve("a/b/trace.csv")))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("trace.csv");
  }
}
