package dev.windlass.cuda.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.windlass.core.WindlassException;
import dev.windlass.core.backend.FaultLine;
import dev.windlass.core.context.Fault;
import dev.windlass.core.context.JobContext;
import dev.windlass.cuda.device.DeviceUuid;
import dev.windlass.cuda.driver.CudaException;
import dev.windlass.cuda.driver.CudaFatalException;
import dev.windlass.cuda.health.Xid;
import dev.windlass.cuda.health.XidEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class GpuFaultsTest {
  private static final Duration LONG = Duration.ofSeconds(30);
  private final CudaFatalException fatal =
      (CudaFatalException) CudaException.of("cuStreamSynchronize", 700);

  @TempDir Path folder;

  private GpuFaults inAJob(Duration patience) {
    return new GpuFaults(
        JobContext.of(
            Map.of("WINDLASS_FAULT_FILE", folder.resolve("fault").toString()), System.out),
        patience);
  }

  private Optional<Fault> written() throws IOException {
    Path file = folder.resolve("fault");
    return Files.exists(file) ? FaultLine.find(Files.readString(file)) : Optional.empty();
  }

  private static XidEvent xid(int code, Instant time) {
    DeviceUuid gpu = DeviceUuid.parse("GPU-00000000-0000-0000-0000-000000000001");
    return new XidEvent(gpu, Optional.empty(), Xid.of(code), time);
  }

  @Test
  void report_writesTheFirstFault() throws IOException {
    GpuFaults faults = inAJob(Duration.ZERO);
    assertThat(faults.report(new IllegalStateException("no fault"))).isFalse();
    assertThat(written()).isEmpty();
    assertThat(faults.report(new RuntimeException(CudaException.of("cuMemAlloc", 2)))).isTrue();
    assertThat(faults.report(fatal)).isFalse();
    assertThat(written().orElseThrow().kind()).isEqualTo(Fault.Kind.GPU_OUT_OF_MEMORY);
    assertThat(faults.lost()).containsSame(fatal);
  }

  @Test
  void outsideAJob_nothingIsWritten_butWhatIsLostIsKnown() {
    GpuFaults faults = new GpuFaults(JobContext.of(Map.of(), System.out), LONG);
    Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
    faults.install();
    faults.watchXids();
    assertThat(Thread.getDefaultUncaughtExceptionHandler()).isSameAs(before);
    assertThat(faults.lost()).isEmpty();
    assertThat(faults.report(fatal.refusing("cuMemAlloc"))).isFalse();
    assertThat(faults.lost()).containsSame(fatal);
    faults.report(CudaException.of("cuMemAlloc", 719));
    assertThat(faults.lost()).as("the first one").containsSame(fatal);
  }

  @Test
  void livenessFile_isThereUntilTheGpuIsLost() {
    GpuFaults faults = inAJob(Duration.ZERO);
    Path file = folder.resolve("alive");
    Path other = folder.resolve("other");
    faults.livenessFile(file);
    faults.livenessFile(other);
    faults.report(CudaException.of("cuMemAlloc", 2));
    assertThat(file).exists();
    faults.report(fatal);
    assertThat(file).doesNotExist();
    assertThat(other).doesNotExist();
  }

  @Test
  void livenessFile_afterTheLoss_isNotMade_andOneThatIsThereGoes() throws IOException {
    GpuFaults faults = inAJob(Duration.ZERO);
    faults.report(fatal);
    Path file = Files.createFile(folder.resolve("alive"));
    faults.livenessFile(file);
    assertThat(file).doesNotExist();
  }

  @Test
  void livenessFile_thatCannotBeMade_saysWhere() {
    Path file = folder.resolve("no/such/folder");
    assertThatThrownBy(() -> inAJob(Duration.ZERO).livenessFile(file))
        .isInstanceOf(WindlassException.class)
        .hasMessageContaining(file.toString());
  }

  @Test
  @Timeout(20)
  void xidThatIsReportedALittleLater_isWaitedFor() throws Exception {
    GpuFaults faults = inAJob(LONG);
    faults.xids().watched();
    CompletableFuture<Boolean> written = CompletableFuture.supplyAsync(() -> faults.report(fatal));
    // Where the GPU is lost, its report is waited for.
    while (faults.lost().isEmpty()) {
      Thread.onSpinWait();
    }
    faults.xids().add(xid(79, Instant.now()));
    assertThat(written.get()).isTrue();
    assertThat(written().orElseThrow().message()).startsWith("Xid 79: ");
  }

  @Test
  @Timeout(20)
  void whereNobodyWatches_orItIsNotFatal_nothingIsWaitedFor() throws IOException {
    GpuFaults unwatched = inAJob(LONG);
    assertThat(unwatched.report(fatal)).isTrue();
    Files.delete(folder.resolve("fault"));
    GpuFaults watched = inAJob(LONG);
    watched.xids().watched();
    assertThat(watched.report(CudaException.of("cuMemAlloc", 2))).isTrue();
  }

  @Test
  void xidOfLongAgo_isNotTheCause() throws IOException {
    GpuFaults faults = inAJob(Duration.ofMillis(1));
    faults.xids().watched();
    faults.xids().add(xid(79, Instant.now().minus(Duration.ofHours(1))));
    for (int i = 0; i < 100; i++) {
      faults.xids().add(xid(31, Instant.now()));
    }
    faults.report(fatal);
    assertThat(written().orElseThrow().message()).startsWith("Xid 31: ");
  }
}
