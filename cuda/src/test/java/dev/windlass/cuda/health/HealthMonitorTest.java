package dev.windlass.cuda.health;

import static dev.windlass.cuda.health.Verdict.Level.BROKEN;
import static dev.windlass.cuda.health.Verdict.Level.HEALTHY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import dev.windlass.core.job.Memory;
import dev.windlass.cuda.availability.DriverRelease;
import dev.windlass.cuda.device.CudaIndex;
import dev.windlass.cuda.device.DeviceProperties;
import dev.windlass.cuda.device.DeviceReader;
import dev.windlass.cuda.device.DeviceUuid;
import dev.windlass.cuda.device.MigInstance;
import dev.windlass.cuda.device.NvmlIndex;
import dev.windlass.cuda.device.PciAddress;
import dev.windlass.cuda.driver.CudaDriver;
import dev.windlass.cuda.fake.FakeCuda;
import dev.windlass.cuda.fake.FakeNvml;
import dev.windlass.cuda.fake.FakeNvml.Value;
import dev.windlass.cuda.health.DeviceHealth.Clock;
import dev.windlass.cuda.health.DeviceHealth.Fabric;
import dev.windlass.cuda.health.DeviceHealth.InstanceHealth;
import dev.windlass.cuda.health.DeviceHealth.MemoryUse;
import dev.windlass.cuda.health.DeviceHealth.PcieLink;
import dev.windlass.cuda.health.DeviceHealth.Power;
import dev.windlass.cuda.health.DeviceHealth.Utilization;
import dev.windlass.cuda.health.MemoryErrors.Ecc;
import dev.windlass.cuda.health.MemoryErrors.RemappedRows;
import dev.windlass.cuda.health.MemoryErrors.RetiredPages;
import dev.windlass.cuda.health.MemoryErrors.SpareRows;
import dev.windlass.cuda.health.Reading.Missing;
import dev.windlass.cuda.health.Reading.Why;
import dev.windlass.cuda.health.Verdict.Cause;
import dev.windlass.cuda.javacpp.JavacppCudaDriverProvider;
import dev.windlass.cuda.javacpp.JavacppNvmlProvider;
import java.lang.reflect.Field;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
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

  private static HealthMonitor open(BooleanSupplier gpuLost) {
    return HealthMonitor.open(
        FakeNvml.environment(), REAL, gpuLost, java.time.Clock.systemUTC(), XidWatcher.Pace.NORMAL);
  }

  @Test
  void devices_tellHowTheyAre_inNvmlsOrder() {
    FakeNvml.set(1, Value.TEMPERATURE, 83);
    FakeNvml.set(1, Value.FAN, 30);
    FakeNvml.set(1, Value.ENERGY, 1L << 41);
    FakeNvml.set(1, Value.CLOCK_REASONS, 0x4 | 0x40 | 0x10000);
    FakeNvml.set(1, Value.PCIE_LANES, 8);
    FakeNvml.set(1, Value.PCIE_REPLAYS, 3);
    try (HealthMonitor monitor = open()) {
      assertThat(monitor.driverRelease()).isEqualTo(DriverRelease.parse("590.44.01"));
      assertThat(monitor.devices()).hasSize(2);
      DeviceHealth first = monitor.devices().get(0);
      assertThat(first.index()).isEqualTo(new NvmlIndex(0));
      assertThat(first.uuid()).hasToString("a0a1a2a3-a4a5-a6a7-a8a9-aaabacadae01");
      assertThat(first.name()).isEqualTo("Fake H100 1");
      assertThat(first.pci().value()).contains(PciAddress.parse("0000:3b:00.0"));
      assertThat(first.celsius()).isEqualTo(new Reading.Value<>(83));
      assertThat(first.fanPercent()).isEqualTo(new Reading.Value<>(30));
      assertThat(first.power())
          .isEqualTo(
              new Power(
                  new Reading.Value<>(70_000),
                  new Reading.Value<>(700_000),
                  new Reading.Value<>(1L << 41)));
      assertThat(first.memory().value()).contains(new MemoryUse(Memory.gib(1), Memory.mib(1)));
      assertThat(first.utilization().value()).contains(new Utilization(25, 12));
      assertThat(first.clocks().multiprocessors().value()).contains(new Clock(345, 2701));
      assertThat(first.clocks().memory().value()).contains(new Clock(2619, 2702));
      assertThat(first.clocks().reasons().value())
          .contains(Set.of(ClockReason.POWER_CAP, ClockReason.MUCH_TOO_HOT));
      assertThat(first.pcie().now().value()).contains(new PcieLink(5, 8));
      assertThat(first.pcie().best().value()).contains(new PcieLink(5, 16));
      assertThat(first.pcie().replays().value()).contains(3);
      assertThat(first.fabric().value()).contains(Fabric.COMPLETED);
      assertThat(first.migEnabled().value()).contains(false);
      assertThat(first.instances()).isEmpty();
    }
    assertThat(FakeNvml.users()).isZero();
  }

  @Test
  void errorsOfMemory_areToldWithWhatIsDoneAboutThem() {
    FakeNvml.set(0, Value.ECC_ERRORS, 1L << 40);
    FakeNvml.set(0, Value.ECC_CORRECTED, 2);
    FakeNvml.set(0, Value.ECC_ERRORS_EVER, 1L << 41);
    FakeNvml.set(0, Value.ECC_CORRECTED_EVER, 3);
    FakeNvml.set(0, Value.PAGES_SINGLE_BIT, 5);
    FakeNvml.set(0, Value.PAGES_DOUBLE_BIT, 2);
    FakeNvml.set(0, Value.PAGES_PENDING, 1);
    FakeNvml.set(0, Value.ROWS_CORRECTED, 7);
    FakeNvml.set(0, Value.ROWS_UNCORRECTED, 8);
    FakeNvml.set(0, Value.ROWS_PENDING, 1);
    FakeNvml.set(0, Value.BANKS_WITHOUT_SPARE, 4);
    try (HealthMonitor monitor = open()) {
      MemoryErrors errors = monitor.devices().get(1).errors();
      assertThat(errors.sinceDriverStart().value()).contains(new Ecc(2, 1L << 40));
      assertThat(errors.ever().value()).contains(new Ecc(3, 1L << 41));
      assertThat(errors.retiredPages().value()).contains(new RetiredPages(5, 2, true));
      assertThat(errors.remappedRows().value()).contains(new RemappedRows(7, 8, true, false));
      assertThat(errors.spareRows().value()).contains(new SpareRows(636, 3, 2, 1, 4));
      assertThat(monitor.devices().get(0).errors().retiredPages())
          .isEqualTo(new Missing<>(Why.NOT_SUPPORTED));
    }
  }

  @Test
  void fabric_isToldByStateAndStatus() {
    FakeNvml.set(0, Value.FABRIC_STATUS, 999);
    FakeNvml.set(1, Value.FABRIC_STATE, 2);
    try (HealthMonitor monitor = open()) {
      assertThat(monitor.devices())
          .extracting(d -> d.fabric().value().orElseThrow())
          .containsExactly(Fabric.IN_PROGRESS, Fabric.FAILED);
      FakeNvml.set(0, Value.FABRIC_STATE, 0);
      FakeNvml.set(1, Value.FABRIC_STATE, 1);
      assertThat(monitor.devices())
          .extracting(DeviceHealth::fabric)
          .containsExactly(
              new Reading.Value<>(Fabric.NOT_STARTED), new Missing<>(Why.NOT_SUPPORTED));
    }
  }

  @Test
  void processes_areListedWithTheirMemory_howeverMany() {
    FakeNvml.process(0, 0, 4_000_000, 5L << 30, -1);
    FakeNvml.process(0, 0, 4_000_001, -1, 7);
    for (int i = 2; i < 8; i++) {
      FakeNvml.process(0, 0, 4_000_000 + i, i, -1);
    }
    FakeNvml.process(0, 1, 4_000_010, 1, -1);
    try (HealthMonitor monitor = open()) {
      List<GpuProcess> processes = monitor.devices().get(1).processes().value().orElseThrow();
      assertThat(processes).hasSize(9);
      assertThat(processes.get(0))
          .isEqualTo(
              new GpuProcess(
                  4_000_000,
                  GpuProcess.Kind.COMPUTE,
                  Optional.of(Memory.gib(5)),
                  OptionalInt.empty(),
                  Optional.empty()));
      assertThat(processes.get(1).memory()).isEmpty();
      assertThat(processes.get(1).gpuInstance()).hasValue(7);
      assertThat(processes.get(8).kind()).isEqualTo(GpuProcess.Kind.MPS);
      assertThat(monitor.devices().get(0).processes()).isEqualTo(new Reading.Value<>(List.of()));
    }
  }

  @Test
  void freeMemory_isToldByCuda_whereNvmlMayNot() {
    CudaDriver driver = new JavacppCudaDriverProvider().load();
    driver.initialize();
    long context = driver.retainPrimaryContext(driver.device(1));
    driver.setCurrentContext(context);
    long address = driver.allocate(1 << 20);
    assertThat(DeviceReader.freeMemory(driver, new CudaIndex(1)).bytes())
        .isEqualTo(FakeCuda.MEMORY - (1 << 20));
    assertThat(driver.currentContext()).isEqualTo(context);
    driver.free(address);
    driver.setCurrentContext(0);
    driver.releasePrimaryContext(driver.device(1));
    assertThat(DeviceReader.freeMemory(driver, new CudaIndex(0)).bytes())
        .isEqualTo(FakeCuda.MEMORY);
    assertThat(FakeCuda.live(FakeCuda.Kind.CONTEXT)).isZero();
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

  @Test
  void uuid_joinsCudasMigDevices_withTheirGpu() {
    FakeCuda.poseAsInstances(2, FakeCuda.MEMORY);
    CudaDriver driver = new JavacppCudaDriverProvider().load();
    driver.initialize();
    FakeNvml.set(0, Value.MIG_MODE, 1);
    FakeNvml.set(0, Value.MIG_DEVICES, 2);
    try (HealthMonitor monitor = open()) {
      DeviceHealth gpu = monitor.devices().get(1);
      assertThat(DeviceReader.readAll(driver))
          .extracting(DeviceProperties::uuid)
          .isEqualTo(gpu.instances().stream().map(i -> i.instance().uuid()).toList())
          .doesNotContain(gpu.uuid());
      assertThat(gpu.pci().value()).contains(DeviceReader.readAll(driver).get(0).pci());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "3, NOT_SUPPORTED",
    "13, NOT_SUPPORTED",
    "4, NO_PERMISSION",
    "15, GPU_LOST",
    "16, RESET_REQUIRED",
    "999, FAILED"
  })
  void whatIsNotTold_isMissingWithTheReason_andTheRestIsThere(int code, Why why) {
    for (Value value : Value.values()) {
      if (value != Value.HANDLE && value != Value.LOST) {
        FakeNvml.set(0, value, -code);
      }
    }
    FakeNvml.set(0, Value.POWER, 5);
    try (HealthMonitor monitor = open()) {
      DeviceHealth health = monitor.devices().get(1);
      assertThat(health.power().milliwatts().value()).contains(5);
      assertThat(
              List.of(
                  health.pci(),
                  health.celsius(),
                  health.fanPercent(),
                  health.power().milliwattsLimit(),
                  health.power().millijoules(),
                  health.memory(),
                  health.utilization(),
                  health.clocks().multiprocessors(),
                  health.clocks().memory(),
                  health.clocks().reasons(),
                  health.errors().sinceDriverStart(),
                  health.errors().ever(),
                  health.errors().retiredPages(),
                  health.errors().remappedRows(),
                  health.errors().spareRows(),
                  health.pcie().now(),
                  health.pcie().best(),
                  health.pcie().replays(),
                  health.fabric(),
                  health.processes(),
                  health.migEnabled()))
          .allSatisfy(reading -> assertThat(reading).isEqualTo(new Missing<>(why)));
      assertThat(health.celsius().value()).isEmpty();
    }
  }

  private static MigInstance part(DeviceHealth gpu, int number, int gpuInstance, String profile) {
    DeviceUuid uuid = DeviceUuid.parse("MIG-b0b1b2b3-b4b5-b6b7-b8b9-babbbcbd000" + number / 2);
    DeviceUuid parent = gpu.uuid();
    return new MigInstance(
        uuid, parent, number, gpuInstance, 0, Optional.of(profile), Optional.of(Memory.mib(502)));
  }

  @Test
  void migInstances_haveTheirOwnNames_alsoWhereNumbersAreLeftOut() {
    FakeNvml.set(0, Value.MIG_MODE, 1);
    FakeNvml.set(0, Value.MIG_DEVICES, 2);
    FakeNvml.setInstance(0, 1, Value.MEMORY_USED, 3 << 20);
    FakeNvml.setInstance(0, 3, Value.MEMORY_USED, -4);
    try (HealthMonitor monitor = open()) {
      DeviceHealth gpu = monitor.devices().get(1);
      assertThat(gpu.instances())
          .containsExactly(
              new InstanceHealth(
                  part(gpu, 1, 7, "1g.10gb"), // by its name
                  new Reading.Value<>(new MemoryUse(Memory.gib(1), Memory.mib(3)))),
              new InstanceHealth(
                  part(gpu, 3, 9, "1c.3g.1gb"), // by its slices
                  new Missing<>(Why.NO_PERMISSION)));
      assertThat(monitor.devices().get(0).instances()).isEmpty();
      FakeNvml.setInstance(0, 3, Value.ATTRIBUTES, -4);
      MigInstance untold = monitor.devices().get(1).instances().get(1).instance();
      assertThat(untold.profile()).isEmpty();
      assertThat(untold.memory()).isEmpty();
      assertThat(untold.gpuInstance()).isEqualTo(9);
    }
  }

  @Test
  void gpuThatFallsSilent_keepsItsName_andOneThatNeverSpoke_isCounted() {
    try (HealthMonitor monitor = open()) {
      assertThat(monitor.devices()).hasSize(2);
      assertThat(monitor.silentGpus()).isEmpty();
      FakeNvml.set(0, Value.HANDLE, -15);
      FakeNvml.set(0, Value.LOST, 1);
      DeviceHealth lost = monitor.devices().get(1);
      assertThat(lost.name()).isEqualTo("Fake H100 0");
      assertThat(lost.celsius()).isEqualTo(new Missing<>(Why.GPU_LOST));
      assertThat(monitor.silentGpus()).isEmpty();
    }
    try (HealthMonitor monitor = open()) {
      assertThat(monitor.devices())
          .singleElement()
          .satisfies(d -> assertThat(d.name()).endsWith("1"));
      assertThat(monitor.silentGpus())
          .containsExactly(new SilentGpu(new NvmlIndex(1), Why.GPU_LOST));
    }
  }

  @Test
  void verdict_isOfTheDeviceThatIsAskedFor() {
    FakeNvml.set(0, Value.MIG_MODE, 1);
    FakeNvml.set(0, Value.MIG_DEVICES, 1);
    FakeNvml.set(0, Value.ROWS_FAILED, 1);
    try (HealthMonitor monitor = open()) {
      DeviceHealth bad = monitor.devices().get(1);
      assertThat(monitor.verdict(monitor.devices().get(0).uuid()).level()).isEqualTo(HEALTHY);
      assertThat(monitor.verdict(bad.uuid()).level()).isEqualTo(BROKEN);
      assertThat(monitor.verdict(bad.instances().get(0).instance().uuid()).worst())
          .hasValueSatisfying(f -> assertThat(f.cause()).isEqualTo(Cause.ROW_REMAPPING_FAILED));
      assertThat(monitor.verdict(DeviceUuid.parse("00000000-0000-0000-0000-000000000000")).worst())
          .hasValueSatisfying(f -> assertThat(f.cause()).isEqualTo(Cause.GPU_LOST));
    }
  }

  @Test
  void containerThatLostItsGpu_isToldSo() {
    AtomicBoolean lost = new AtomicBoolean();
    try (HealthMonitor monitor = open(lost::get)) {
      DeviceUuid uuid = monitor.devices().get(0).uuid();
      assertThat(monitor.verdict(uuid).level()).isEqualTo(HEALTHY);
      lost.set(true);
      assertThat(monitor.verdict(uuid).worst())
          .hasValueSatisfying(
              f -> {
                assertThat(f.cause()).isEqualTo(Cause.DETACHED);
                assertThat(f.remedy()).contains("Make the pod anew");
              });
    }
    FakeNvml.pose(2, 999);
    HealthUnavailableException e =
        catchThrowableOfType(HealthUnavailableException.class, () -> open(lost::get));
    assertThat(e.gpuLost()).isTrue();
    assertThat(e.remedy()).contains("daemon-reload").contains("make the pod anew");
    lost.set(false);
    e = catchThrowableOfType(HealthUnavailableException.class, () -> open(lost::get));
    assertThat(e.gpuLost()).isFalse();
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
    Nvml odd = mock();
    when(odd.driverRelease()).thenReturn("none");
    NvmlProvider oddOne = mock();
    when(oddOne.missingLibrary(any())).thenReturn(Optional.empty());
    when(oddOne.load()).thenReturn(odd);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> HealthMonitor.open(FakeNvml.environment(), List.of(oddOne)));
    verify(odd).shutdown();

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

  @Test
  void numbersOfCalls_areThoseOfTheHeader() {
    assertThat(NvmlEvents.XID).isEqualTo(nvml.nvmlEventTypeXidCriticalError);
    assertThat(NvmlReadings.SM_CLOCK).isEqualTo(nvml.NVML_CLOCK_SM);
    assertThat(NvmlReadings.MEMORY_CLOCK).isEqualTo(nvml.NVML_CLOCK_MEM);
    assertThat(NvmlMemoryErrors.SINGLE_BIT)
        .isEqualTo(nvml.NVML_PAGE_RETIREMENT_CAUSE_MULTIPLE_SINGLE_BIT_ECC_ERRORS);
    assertThat(NvmlMemoryErrors.DOUBLE_BIT)
        .isEqualTo(nvml.NVML_PAGE_RETIREMENT_CAUSE_DOUBLE_BIT_ECC_ERROR);
    assertThat(NvmlLinks.MAX_LINKS).isEqualTo(nvml.NVML_NVLINK_MAX_LINKS);
    assertThat(NvmlLinks.REMOTE_GPU).isEqualTo(nvml.NVML_NVLINK_DEVICE_TYPE_GPU);
    assertThat(NvmlLinks.REMOTE_SWITCH).isEqualTo(nvml.NVML_NVLINK_DEVICE_TYPE_SWITCH);
    assertThat(Topology.Path.of(nvml.NVML_TOPOLOGY_INTERNAL)).isEqualTo(Topology.Path.SAME_BOARD);
    assertThat(Topology.Path.of(nvml.NVML_TOPOLOGY_SINGLE)).isEqualTo(Topology.Path.ONE_SWITCH);
    assertThat(Topology.Path.of(nvml.NVML_TOPOLOGY_MULTIPLE))
        .isEqualTo(Topology.Path.SEVERAL_SWITCHES);
    assertThat(Topology.Path.of(nvml.NVML_TOPOLOGY_HOSTBRIDGE))
        .isEqualTo(Topology.Path.HOST_BRIDGE);
    assertThat(Topology.Path.of(nvml.NVML_TOPOLOGY_NODE)).isEqualTo(Topology.Path.NUMA_NODE);
    assertThat(Topology.Path.of(nvml.NVML_TOPOLOGY_SYSTEM)).isEqualTo(Topology.Path.SYSTEM);
    assertThat(NvmlException.NOT_SUPPORTED).isEqualTo(nvml.NVML_ERROR_NOT_SUPPORTED);
    assertThat(NvmlException.NO_PERMISSION).isEqualTo(nvml.NVML_ERROR_NO_PERMISSION);
    assertThat(NvmlException.DRIVER_NOT_LOADED).isEqualTo(nvml.NVML_ERROR_DRIVER_NOT_LOADED);
    assertThat(NvmlException.FUNCTION_NOT_FOUND).isEqualTo(nvml.NVML_ERROR_FUNCTION_NOT_FOUND);
    assertThat(NvmlException.GPU_IS_LOST).isEqualTo(nvml.NVML_ERROR_GPU_IS_LOST);
    assertThat(NvmlException.RESET_REQUIRED).isEqualTo(nvml.NVML_ERROR_RESET_REQUIRED);
    assertThat(NvmlException.VERSION_MISMATCH).isEqualTo(nvml.NVML_ERROR_LIB_RM_VERSION_MISMATCH);
    assertThat(NvmlException.UNKNOWN).isEqualTo(nvml.NVML_ERROR_UNKNOWN);
  }
}
