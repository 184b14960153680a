package dev.windlass.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import dev.windlass.core.job.ComputeCapability;
import dev.windlass.core.job.Memory;
import dev.windlass.cuda.availability.Availability.Available;
import dev.windlass.cuda.availability.Availability.Unavailable;
import dev.windlass.cuda.availability.CudaUnavailableException;
import dev.windlass.cuda.availability.CudaVersion;
import dev.windlass.cuda.availability.DriverFit;
import dev.windlass.cuda.availability.UnavailableReason;
import dev.windlass.cuda.device.DeviceProperties;
import dev.windlass.cuda.driver.CudaDriver;
import dev.windlass.cuda.driver.CudaDriverProvider;
import dev.windlass.cuda.driver.CudaException;
import dev.windlass.cuda.fake.FakeCuda;
import dev.windlass.cuda.fake.FakeNvml;
import dev.windlass.cuda.javacpp.JavacppCudaDriverProvider;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CudaTest {
  private static final List<CudaDriverProvider> REAL = List.of(new JavacppCudaDriverProvider());

  @BeforeEach
  void start() {
    FakeCuda.start();
  }

  @Test
  void open_showsTheDevices() {
    try (Cuda cuda = Cuda.open(FakeCuda.environment(), REAL)) {
      assertThat(cuda.driverVersion()).isEqualTo(new CudaVersion(13, 1));
      assertThat(cuda.driverFit()).isEqualTo(DriverFit.FULL);
      List<Device> devices = cuda.devices();
      assertThat(devices).hasSize(2);
      DeviceProperties second = devices.get(1).properties();
      assertThat(second.index().value()).isEqualTo(1);
      assertThat(second.name()).isEqualTo("Fake H100 1");
      assertThat(second.uuid()).hasToString("a0a1a2a3-a4a5-a6a7-a8a9-aaabacadae01");
      assertThat(second.computeCapability()).isEqualTo(ComputeCapability.of(9, 0));
      assertThat(second.memory()).isEqualTo(Memory.gib(1));
      assertThat(second.pci()).hasToString("0000:3b:00.0");
      assertThat(second.multiprocessors()).isEqualTo(132);
      assertThat(second.clockKilohertz()).isEqualTo(1_980_000);
      assertThat(second.ecc()).isTrue();
      assertThat(second.integrated()).isFalse();
      assertThat(second.limits())
          .isEqualTo(
              new DeviceProperties.Limits(
                  32,
                  1024,
                  2048,
                  Memory.bytes(49_152),
                  Memory.bytes(232_448),
                  Memory.bytes(233_472),
                  Memory.bytes(52_428_800),
                  5120));
      assertThat(second.features()).isEqualTo(new DeviceProperties.Features(true, true, true));
      assertThat(second).asString().contains("1: Fake H100 1, 1Gi, compute capability 9.0");
    }
  }

  @Test
  void closed_isNotUsedAgain() {
    Cuda cuda = Cuda.open(FakeCuda.environment(), REAL);
    cuda.close();
    assertThatIllegalStateException().isThrownBy(cuda::devices);
    assertThatIllegalStateException().isThrownBy(cuda::driver);
  }

  @Test
  void probe_saysWhatThereIs() {
    assertThat(Cuda.probe(FakeCuda.environment(), REAL))
        .isEqualTo(
            new Available(
                "NVIDIA driver through JavaCPP", new CudaVersion(13, 1), DriverFit.FULL, 2));
    FakeCuda.pose(1, 13000, 0);
    assertThat(Cuda.probe(FakeCuda.environment(), REAL))
        .isInstanceOfSatisfying(
            Available.class, a -> assertThat(a.fit()).isEqualTo(DriverFit.SAME_MAJOR_ONLY));
  }

  @ParameterizedTest
  @CsvSource({
    "2, 13010, 802, SYSTEM_NOT_READY",
    "2, 13010, 803, DRIVER_MISMATCH",
    "2, 13010, 804, COMPATIBILITY_NOT_SUPPORTED",
    "2, 13010, 100, NO_DEVICE",
    "0, 13010, 0, NO_DEVICE",
    "2, 12020, 0, DRIVER_TOO_OLD",
  })
  void probe_saysWhyNot(int devices, int version, int init, UnavailableReason reason) {
    FakeCuda.pose(devices, version, init);
    assertThat(Cuda.probe(FakeCuda.environment(), REAL))
        .isInstanceOfSatisfying(Unavailable.class, u -> assertThat(u.reason()).isEqualTo(reason));
    CudaUnavailableException e =
        catchThrowableOfType(
            CudaUnavailableException.class, () -> Cuda.open(FakeCuda.environment(), REAL));
    assertThat(e.reason()).isEqualTo(reason);
    assertThat(e).hasMessageContaining(e.remedy());
  }

  @Test
  void noDevice_isDueToMig_ifNvmlShowsAGpuThatIsSplitIntoNothing() {
    FakeNvml.start();
    FakeCuda.pose(0, 13010, 0);
    assertThat(reason()).isEqualTo(UnavailableReason.NO_DEVICE);
    FakeNvml.set(1, FakeNvml.Value.MIG_MODE, 1);
    assertThat(reason()).isEqualTo(UnavailableReason.MIG_WITHOUT_INSTANCE);
    FakeCuda.pose(0, 13010, 100);
    assertThat(reason()).isEqualTo(UnavailableReason.MIG_WITHOUT_INSTANCE);
    FakeNvml.set(1, FakeNvml.Value.MIG_DEVICES, 1);
    assertThat(reason()).isEqualTo(UnavailableReason.NO_DEVICE);
    FakeCuda.pose(0, 13010, 802);
    FakeNvml.set(0, FakeNvml.Value.MIG_MODE, 1);
    assertThat(reason()).isEqualTo(UnavailableReason.SYSTEM_NOT_READY);
    assertThat(FakeNvml.users()).isZero();
  }

  private static UnavailableReason reason() {
    return ((Unavailable) Cuda.probe(FakeNvml.environment(), REAL)).reason();
  }

  @Test
  void failureAfterTheStart_isAReasonToo() {
    FakeCuda.failAt("cuDeviceGetCount", 1, 999);
    assertThat(Cuda.probe(FakeCuda.environment(), REAL))
        .isInstanceOfSatisfying(
            Unavailable.class,
            u -> assertThat(u.reason()).isEqualTo(UnavailableReason.DRIVER_FAILED));
  }

  @Test
  void driverThatDoesNotStart_isAskedNothingMore() {
    CudaDriver driver = mock();
    doThrow(CudaException.of("cuInit", 999)).when(driver).initialize();
    Cuda.probe(FakeCuda.environment(), List.of(provider(Optional.empty(), driver)));
    verify(driver).initialize();
    verify(driver, never()).driverVersion();
    verify(driver, never()).deviceCount();
  }

  @Test
  void secondDriver_standsIn_andIfNoneCan_theFirstReasonCounts() {
    CudaDriver other = mock();
    when(other.name()).thenReturn("other");
    when(other.driverVersion()).thenReturn(13020);
    when(other.deviceCount()).thenReturn(1);
    Unavailable first = new Unavailable(UnavailableReason.NO_DRIVER_LIBRARY, "first", "a");
    Unavailable second = new Unavailable(UnavailableReason.NO_DEVICE, "second", "b");
    CudaDriverProvider without = provider(Optional.of(first), mock());
    assertThat(
            Cuda.probe(FakeCuda.environment(), List.of(without, provider(Optional.empty(), other))))
        .isInstanceOfSatisfying(Available.class, a -> assertThat(a.driver()).isEqualTo("other"));
    assertThat(
            Cuda.probe(
                FakeCuda.environment(), List.of(without, provider(Optional.of(second), other))))
        .isEqualTo(first);
    assertThat(Cuda.probe(FakeCuda.environment(), List.of()))
        .isInstanceOfSatisfying(
            Unavailable.class, u -> assertThat(u.remedy()).contains("META-INF/services"));
  }

  @Test
  void libraryThatCannotBeLoaded_isAReason_withTheLoadersWords() {
    CudaDriverProvider broken = mock();
    when(broken.obstacle(FakeCuda.environment())).thenReturn(Optional.empty());
    when(broken.load()).thenThrow(new UnsatisfiedLinkError("wrong ELF class"));
    assertThat(Cuda.probe(FakeCuda.environment(), List.of(broken)))
        .isInstanceOfSatisfying(
            Unavailable.class,
            u -> {
              assertThat(u.reason()).isEqualTo(UnavailableReason.LIBRARY_NOT_LOADABLE);
              assertThat(u.problem()).contains("wrong ELF class").contains("libcuda.so.1");
            });
  }

  private static CudaDriverProvider provider(Optional<Unavailable> obstacle, CudaDriver driver) {
    CudaDriverProvider provider = mock();
    when(provider.obstacle(FakeCuda.environment())).thenReturn(obstacle);
    when(provider.load()).thenReturn(driver);
    return provider;
  }
}
