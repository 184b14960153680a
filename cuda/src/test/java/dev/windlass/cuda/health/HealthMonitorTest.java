package dev.windlass.cuda.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import dev.windlass.core.job.Memory;
import dev.windlass.cuda.availability.DriverRelease;
import dev.windlass.cuda.device.DeviceReader;
import dev.windlass.cuda.device.DeviceUuid;
import dev.windlass.cuda.device.NvmlIndex;
import dev.windlass.cuda.driver.CudaDriver;
import dev.windlass.cuda.fake.FakeCuda;
import dev.windlass.cuda.fake.FakeNvml;
import dev.windlass.cuda.fake.FakeNvml.Value;
import dev.windlass.cuda.health.DeviceHealth.MemoryUse;
import dev.windlass.cuda.health.DeviceHealth.Utilization;
import dev.windlass.cuda.health.Reading.Missing;
import dev.windlass.cuda.health.Reading.Why;
import dev.windlass.cuda.javacpp.JavacppCudaDriverProvider;
import dev.windlass.cuda.javacpp.JavacppNvmlProvider;
import java.lang.reflect.Field;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.bytedeco.cuda.global.nvml;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HealthMonitorTest {
  private static final List<NvmlProvider> REAL = List.of(new JavacppNvmlProvider());

  @BeforeEach
  void start() {
    FakeNvml.start();
  }

  private static HealthMonitor open() {
    return HealthMonitor.open(FakeNvml.environment(), REAL);
  }

  @Test
  void devices_tellHowTheyAre_inNvmlsOrder() {
    FakeNvml.set(1, Value.TEMPERATURE, 83);
    FakeNvml.set(1, Value.CLOCK_REASONS, 0x4 | 0x40 | 0x10000);
    FakeNvml.set(1, Value.ECC_ERRORS, 1L << 40);
    try (HealthMonitor monitor = open()) {
      assertThat(monitor.driverRelease()).isEqualTo(DriverRelease.parse("590.44.01"));
      assertThat(monitor.devices()).hasSize(2);
      DeviceHealth first = monitor.devices().get(0);
      assertThat(first)
          .isEqualTo(
              new DeviceHealth(
                  new NvmlIndex(0),
                  DeviceUuid.parse("a0a1a2a3-a4a5-a6a7-a8a9-aaabacadae01"),
                  "Fake H100 1",
                  new Reading.Value<>(83),
                  new Reading.Value<>(70_000),
                  new Reading.Value<>(700_000),
                  new Reading.Value<>(new MemoryUse(Memory.gib(1), Memory.mib(1))),
                  new Reading.Value<>(new Utilization(25, 12)),
                  new Reading.Value<>(Set.of(ClockReason.POWER_CAP, ClockReason.MUCH_TOO_HOT)),
                  new Reading.Value<>(1L << 40),
                  new Reading.Value<>(false),
                  List.of()));
    }
    assertThat(FakeNvml.users()).isZero();
  }

  @Test
  void uuid_joinsCudaAndNvml_whereIndicesDoNot() {
    CudaDriver driver = new JavacppCudaDriverProvider().load();
    driver.initialize();
    try (HealthMonitor monitor = open()) {
      DeviceHealth nvmlFirst = monitor.devices().get(0);
      assertThat(DeviceReader.readAll(driver))
          .filteredOn(d -> d.uuid().equals(nvmlFirst.uuid()))
          .singleElement()
          .satisfies(d -> assertThat(d.index().value()).isEqualTo(1));
    }
  }

  @ParameterizedTest
  @CsvSource({"3, NOT_SUPPORTED", "4, NO_PERMISSION", "15, GPU_LOST", "999, FAILED"})
  void whatIsNotTold_isMissingWithTheReason_andTheRestIsThere(int code, Why why) {
    for (Value value : Value.values()) {
      FakeNvml.set(0, value, -code);
    }
    FakeNvml.set(0, Value.POWER, 5);
    try (HealthMonitor monitor = open()) {
      DeviceHealth health = monitor.devices().get(1);
      assertThat(health.milliwatts().value()).contains(5);
      assertThat(
              List.of(
                  health.celsius(),
                  health.milliwattsLimit(),
                  health.memory(),
                  health.utilization(),
                  health.clockReasons(),
                  health.uncorrectedEccErrors(),
                  health.migEnabled()))
          .allSatisfy(reading -> assertThat(reading).isEqualTo(new Missing<>(why)));
      assertThat(health.celsius().value()).isEmpty();
    }
  }

  @Test
  void migDevices_haveTheirOwnUuids_alsoWhereNumbersAreLeftOut() {
    FakeNvml.set(0, Value.MIG_MODE, 1);
    FakeNvml.set(0, Value.MIG_DEVICES, 2);
    try (HealthMonitor monitor = open()) {
      assertThat(monitor.devices().get(1).migDevices())
          .containsExactly(
              DeviceUuid.parse("MIG-b0b1b2b3-b4b5-b6b7-b8b9-babbbcbd0001"),
              DeviceUuid.parse("MIG-b0b1b2b3-b4b5-b6b7-b8b9-babbbcbd0003"));
      assertThat(monitor.devices().get(0).migDevices()).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource({"9, modprobe", "18, Restart the node", "999, made anew"})
  void nvmlThatDoesNotStart_saysWhy(int code, String remedy) {
    FakeNvml.pose(2, code);
    HealthUnavailableException e =
        catchThrowableOfType(HealthUnavailableException.class, HealthMonitorTest::open);
    assertThat(e.problem()).contains("error " + code);
    assertThat(e.remedy()).contains(remedy);
  }

  @Test
  void nvmlThatIsNotThere_orNotALibrary_isAReason() {
    assertThat(
            catchThrowableOfType(
                HealthUnavailableException.class,
                () -> HealthMonitor.open(FakeCuda.environment(), REAL)))
        .hasMessageContaining("libnvidia-ml.so.1")
        .hasMessageContaining("compute,utility");
    NvmlProvider broken = mock();
    when(broken.missingLibrary(FakeNvml.environment())).thenReturn(Optional.empty());
    when(broken.load()).thenThrow(new UnsatisfiedLinkError("wrong ELF class"));
    assertThat(
            catchThrowableOfType(
                HealthUnavailableException.class,
                () -> HealthMonitor.open(FakeNvml.environment(), List.of(broken))))
        .hasMessageContaining("wrong ELF class");
    assertThat(
            catchThrowableOfType(
                HealthUnavailableException.class,
                () -> HealthMonitor.open(FakeNvml.environment(), List.of())))
        .hasMessageContaining("META-INF/services");
  }

  @Test
  void closed_isNotUsedAgain_andGivesBackOnce() {
    HealthMonitor monitor = open();
    try (HealthMonitor other = open()) {
      monitor.close();
      monitor.close();
      assertThatIllegalStateException().isThrownBy(monitor::devices);
      assertThat(other.devices()).hasSize(2);
      assertThat(FakeNvml.users()).isEqualTo(1);
    }
  }

  @Test
  void bitsOfClockReasons_areThoseOfTheHeader() throws ReflectiveOperationException {
    Map<ClockReason, String> names = new EnumMap<>(ClockReason.class);
    names.put(ClockReason.IDLE, "GpuIdle");
    names.put(ClockReason.SET_CLOCK, "ApplicationsClocksSetting");
    names.put(ClockReason.POWER_CAP, "SwPowerCap");
    names.put(ClockReason.HARDWARE_SLOWDOWN, "HwSlowdown");
    names.put(ClockReason.SYNC_BOOST, "SyncBoost");
    names.put(ClockReason.TOO_HOT, "SwThermalSlowdown");
    names.put(ClockReason.MUCH_TOO_HOT, "HwThermalSlowdown");
    names.put(ClockReason.POWER_BRAKE, "HwPowerBrakeSlowdown");
    names.put(ClockReason.DISPLAY, "DisplayClockSetting");
    for (ClockReason reason : ClockReason.values()) {
      Field bit = nvml.class.getField("nvmlClocksThrottleReason" + names.get(reason));
      assertThat(ClockReason.of(bit.getLong(null))).containsExactly(reason);
    }
  }
}
