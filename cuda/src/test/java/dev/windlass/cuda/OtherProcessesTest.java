package dev.windlass.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.windlass.core.job.Memory;
import dev.windlass.cuda.fake.FakeNvml;
import dev.windlass.cuda.health.HealthMonitor;
import dev.windlass.cuda.javacpp.JavacppNvmlProvider;
import dev.windlass.cuda.memory.MemoryBreakdown;
import dev.windlass.cuda.memory.OutOfDeviceMemoryException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What an allocation that failed tells of other processes, over the fake driver and NVML. */
class OtherProcessesTest {
  private static final int SELF = (int) ProcessHandle.current().pid();
  private static final OtherProcesses NVML =
      new OtherProcesses(OtherProcessesTest::open, Duration.ofSeconds(20));

  private Cuda cuda;
  private DeviceContext gpu;

  private static HealthMonitor open() {
    return HealthMonitor.open(FakeNvml.environment(), List.of(new JavacppNvmlProvider()));
  }

  @BeforeEach
  void start() {
    FakeNvml.start();
    cuda = GpuCase.openAgain();
    gpu = cuda.device(0).context(MemoryGrowth.grow().limit(Memory.mib(4)));
  }

  @AfterEach
  void nothingIsLeft() {
    gpu.close();
    cuda.close();
    GpuCase.assertNothingIsLeft();
    Awaitility.await().until(() -> FakeNvml.users() == 0);
  }

  private OutOfDeviceMemoryException failure(OtherProcesses asked) {
    gpu.memory().others(asked);
    OutOfDeviceMemoryException e =
        catchThrowableOfType(OutOfDeviceMemoryException.class, () -> gpu.bytes(5 << 20));
    assertThat(e).isNotNull();
    return e;
  }

  @Test
  void others_areAllButThisProcess_eachOnce() {
    FakeNvml.process(0, 0, SELF, 3L << 30, -1);
    FakeNvml.process(0, 0, 4_000_000, 5L << 20, -1);
    FakeNvml.process(0, 1, 4_000_000, 5L << 20, -1);
    FakeNvml.process(0, 0, 4_000_001, 2L << 20, -1);
    FakeNvml.process(1, 0, 4_000_002, 9L << 20, -1);
    OutOfDeviceMemoryException e = failure(NVML);
    assertThat(e.breakdown().otherProcesses()).isEqualTo(7L << 20);
    assertThat(e).hasMessageContaining("other processes").hasMessageContaining("7.00 MiB");
    assertThat(e.getStackTrace()).anyMatch(f -> f.getClassName().contains("ContextMemory"));
  }

  @Test
  void numbersOfTheNode_orMemoryThatIsNotTold_leaveItUnknown() {
    FakeNvml.process(0, 0, 4_000_000, 5L << 20, -1);
    assertThat(failure(NVML).breakdown().otherProcesses()).isEqualTo(MemoryBreakdown.UNKNOWN);
    FakeNvml.process(0, 0, SELF, 3L << 20, -1);
    assertThat(failure(NVML).breakdown().otherProcesses()).isEqualTo(5L << 20);
    FakeNvml.process(0, 0, 4_000_001, -1, -1);
    assertThat(failure(NVML).breakdown().otherProcesses()).isEqualTo(MemoryBreakdown.UNKNOWN);
  }

  @Test
  void ofAnInstance_thoseOfTheSameGpuInstanceCount() {
    FakeNvml.set(0, FakeNvml.Value.MIG_MODE, 1);
    FakeNvml.set(0, FakeNvml.Value.MIG_DEVICES, 2);
    try (HealthMonitor monitor = open()) {
      var gpus = monitor.devices();
      var split = gpus.stream().filter(g -> !g.instances().isEmpty()).findFirst().orElseThrow();
      var first = split.instances().get(0).instance();
      FakeNvml.process(0, 0, SELF, 3L << 20, first.gpuInstance());
      FakeNvml.process(0, 0, 4_000_000, 5L << 20, first.gpuInstance());
      FakeNvml.process(0, 0, 4_000_001, 9L << 20, first.gpuInstance() + 1);
      assertThat(OtherProcesses.bytes(monitor.devices(), first.uuid(), SELF)).isEqualTo(5L << 20);
    }
  }

  @Test
  void nvmlThatIsNotThere_orDoesNotAnswer_hidesNothing() {
    OutOfDeviceMemoryException e =
        failure(
            new OtherProcesses(
                () -> {
                  throw new UnsatisfiedLinkError("own");
                },
                Duration.ofSeconds(20)));
    assertThat(e.breakdown().otherProcesses()).isEqualTo(MemoryBreakdown.UNKNOWN);
    FakeNvml.process(0, 0, SELF, 3L << 20, -1);
    CountDownLatch answer = new CountDownLatch(1);
    CountDownLatch asked = new CountDownLatch(2);
    OtherProcesses slow =
        new OtherProcesses(
            () -> {
              asked.countDown();
              try {
                answer.await();
              } catch (InterruptedException interrupt) {
                throw new AssertionError(interrupt);
              }
              return open();
            },
            Duration.ofMillis(20));
    assertThat(failure(slow).breakdown().otherProcesses()).isEqualTo(MemoryBreakdown.UNKNOWN);
    assertThat(failure(slow).breakdown().otherProcesses()).isEqualTo(MemoryBreakdown.UNKNOWN);
    assertThat(asked.getCount()).as("asked once").isEqualTo(1);
    answer.countDown();
    Awaitility.await()
        .until(
            () ->
                Thread.getAllStackTraces().keySet().stream()
                    .noneMatch(t -> t.getName().equals("windlass-other-processes")));
  }
}
