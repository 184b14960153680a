package dev.windlass.cuda.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.windlass.core.job.Memory;
import dev.windlass.cuda.device.DeviceUuid;
import dev.windlass.cuda.device.NvmlIndex;
import dev.windlass.cuda.health.DeviceHealth.Clocks;
import dev.windlass.cuda.health.DeviceHealth.Fabric;
import dev.windlass.cuda.health.DeviceHealth.MemoryUse;
import dev.windlass.cuda.health.DeviceHealth.Pcie;
import dev.windlass.cuda.health.DeviceHealth.PcieLink;
import dev.windlass.cuda.health.DeviceHealth.Power;
import dev.windlass.cuda.health.DeviceHealth.Utilization;
import dev.windlass.cuda.health.MemoryErrors.Ecc;
import dev.windlass.cuda.health.MemoryErrors.RemappedRows;
import dev.windlass.cuda.health.MemoryErrors.RetiredPages;
import dev.windlass.cuda.health.MemoryErrors.SpareRows;
import dev.windlass.cuda.health.Reading.Missing;
import dev.windlass.cuda.health.Reading.Value;
import dev.windlass.cuda.health.Reading.Why;
import dev.windlass.cuda.health.Verdict.Cause;
import dev.windlass.cuda.health.Verdict.Finding;
import dev.windlass.cuda.health.Verdict.Level;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class JudgementTest {
  private static final DeviceUuid GPU = DeviceUuid.parse("00000000-0000-0000-0000-000000000001");
  private static final DeviceUuid OTHER = DeviceUuid.parse("00000000-0000-0000-0000-000000000002");

  private Reading<Integer> celsius = new Value<>(41);
  private Reading<Integer> milliwatts = new Value<>(70_000);
  private Reading<MemoryUse> memory = new Value<>(new MemoryUse(Memory.gib(80), Memory.gib(1)));
  private Reading<Utilization> utilization = new Value<>(new Utilization(1, 1));
  private Reading<Set<ClockReason>> clock = new Value<>(Set.of(ClockReason.POWER_CAP));
  private Reading<Ecc> ecc = new Value<>(new Ecc(7, 0));
  private Reading<RetiredPages> pages = new Missing<>(Why.NOT_SUPPORTED);
  private Reading<RemappedRows> rows = new Value<>(new RemappedRows(3, 1, false, false));
  private Reading<SpareRows> spare = new Value<>(new SpareRows(640, 0, 0, 0, 0));
  private Reading<PcieLink> lanes = new Value<>(new PcieLink(1, 16));
  private Reading<Fabric> fabric = new Missing<>(Why.NOT_SUPPORTED);

  private DeviceHealth gpu() {
    return new DeviceHealth(
        new NvmlIndex(0),
        GPU,
        "GPU",
        new Missing<>(Why.FAILED),
        celsius,
        new Missing<>(Why.NOT_SUPPORTED),
        new Power(milliwatts, new Missing<>(Why.FAILED), new Missing<>(Why.FAILED)),
        memory,
        utilization,
        new Clocks(new Missing<>(Why.FAILED), new Missing<>(Why.FAILED), clock),
        new MemoryErrors(ecc, new Value<>(new Ecc(9, 4)), pages, rows, spare),
        new Pcie(lanes, new Value<>(new PcieLink(5, 16)), new Value<>(2)),
        fabric,
        new Missing<>(Why.NO_PERMISSION),
        new Value<>(false),
        List.of());
  }

  private Verdict judge(XidEvent... events) {
    return Judgement.of(gpu(), Optional.empty(), List.of(events), false);
  }

  private static XidEvent event(int xid) {
    return new XidEvent(GPU, Optional.empty(), Xid.of(xid), Instant.EPOCH);
  }

  private void only(Level level, Cause cause, String problem) {
    Verdict verdict = judge();
    assertThat(verdict.level()).isEqualTo(level);
    assertThat(verdict.findings()).extracting(Finding::cause).containsExactly(cause);
    assertThat(verdict.findings().get(0).problem()).contains(problem);
    assertThat(verdict.findings().get(0).remedy()).isNotBlank().doesNotEndWith(".");
  }

  @Test
  void gpuInGoodOrder_isHealthy_withOldErrorsAndWhatItDoesNotTell() {
    assertThat(judge().level()).isEqualTo(Level.HEALTHY);
    assertThat(judge().worst()).isEmpty();
    celsius = new Missing<>(Why.FAILED);
    milliwatts = new Missing<>(Why.NO_PERMISSION);
    ecc = new Missing<>(Why.NOT_SUPPORTED);
    rows = new Missing<>(Why.NOT_SUPPORTED);
    lanes = new Missing<>(Why.NO_PERMISSION);
    assertThat(judge().findings()).isEmpty();
  }

  @Test
  void oneAnswerThatItIsLost_isEnough() {
    memory = new Missing<>(Why.GPU_LOST);
    only(Level.BROKEN, Cause.GPU_LOST, "fallen off the bus");
  }

  @Test
  void resetThatIsRequired_isTold() {
    utilization = new Missing<>(Why.RESET_REQUIRED);
    only(Level.BROKEN, Cause.RESET_REQUIRED, "has to be reset");
  }

  @Test
  void gpuThatFailsAtEveryQuestion_isNoMoreThere() {
    celsius = new Missing<>(Why.FAILED);
    milliwatts = new Missing<>(Why.FAILED);
    memory = new Missing<>(Why.FAILED);
    utilization = new Missing<>(Why.FAILED);
    clock = new Missing<>(Why.FAILED);
    assertThat(judge().findings()).isEmpty();
    ecc = new Missing<>(Why.FAILED);
    only(Level.BROKEN, Cause.NO_ANSWER, "as it does where a container has lost it");
  }

  @Test
  void containerWithoutItsGpu_isTheFirstFinding() {
    ecc = new Value<>(new Ecc(0, 1));
    Verdict verdict = Judgement.of(gpu(), Optional.empty(), List.of(), true);
    assertThat(verdict.findings())
        .extracting(Finding::cause)
        .containsExactly(Cause.DETACHED, Cause.UNCORRECTED_ERRORS);
    assertThat(verdict.worst())
        .hasValueSatisfying(f -> assertThat(f.problem()).contains("daemon-reload"));
  }

  @ParameterizedTest
  @CsvSource({
    "13, HEALTHY", "31, HEALTHY", "43, HEALTHY", "45, HEALTHY", "63, HEALTHY", "68, HEALTHY",
    "109, HEALTHY", "92, DEGRADED", "94, DEGRADED", "4711, DEGRADED", "48, BROKEN", "64, BROKEN",
    "74, BROKEN", "79, BROKEN", "95, BROKEN", "119, BROKEN",
  })
  void xid_countsByWhatItCosts(int xid, Level level) {
    assertThat(judge(event(xid), event(xid)).level()).isEqualTo(level);
    assertThat(judge(event(xid), event(xid)).findings())
        .hasSize(level == Level.HEALTHY ? 0 : 1)
        .allSatisfy(f -> assertThat(f.problem()).contains("Xid " + xid));
  }

  @Test
  void xidOfAnotherGpuOrInstance_doesNotCount() {
    XidEvent other = new XidEvent(OTHER, Optional.empty(), Xid.of(79), Instant.EPOCH);
    assertThat(judge(other).findings()).isEmpty();
    XidEvent ofOne = new XidEvent(GPU, Optional.of(OTHER), Xid.of(95), Instant.EPOCH);
    assertThat(judge(ofOne).level()).isEqualTo(Level.BROKEN);
    assertThat(Judgement.of(gpu(), Optional.of(OTHER), List.of(ofOne), false).level())
        .isEqualTo(Level.BROKEN);
    assertThat(Judgement.of(gpu(), Optional.of(GPU), List.of(ofOne), false).findings()).isEmpty();
    assertThat(Judgement.of(gpu(), Optional.of(OTHER), List.of(event(95)), false).level())
        .isEqualTo(Level.BROKEN);
  }

  @Test
  void memoryThatCouldNotBeRepaired_breaks_andOneThatWaitsForIt_degrades() {
    rows = new Value<>(new RemappedRows(0, 0, false, true));
    only(Level.BROKEN, Cause.ROW_REMAPPING_FAILED, "could not be remapped");
    rows = new Value<>(new RemappedRows(0, 0, true, false));
    only(Level.DEGRADED, Cause.MEMORY_REPAIR_PENDING, "Bad rows");
    rows = new Missing<>(Why.NOT_SUPPORTED);
    pages = new Value<>(new RetiredPages(1, 0, true));
    only(Level.DEGRADED, Cause.MEMORY_REPAIR_PENDING, "Bad pages");
    pages = new Value<>(new RetiredPages(60, 1, false));
    spare = new Value<>(new SpareRows(639, 0, 0, 0, 1));
    only(Level.DEGRADED, Cause.NO_SPARE_ROWS, "1 bank");
    spare = new Missing<>(Why.NOT_SUPPORTED);
    ecc = new Value<>(new Ecc(0, 2));
    only(Level.DEGRADED, Cause.UNCORRECTED_ERRORS, "2 errors");
  }

  @ParameterizedTest
  @EnumSource(ClockReason.class)
  void clock_isBad_forHeatAndPowerSupplyOnly(ClockReason reason) {
    clock = new Value<>(Set.of(reason));
    if (Set.of(
            ClockReason.TOO_HOT,
            ClockReason.MUCH_TOO_HOT,
            ClockReason.HARDWARE_SLOWDOWN,
            ClockReason.POWER_BRAKE)
        .contains(reason)) {
      only(Level.DEGRADED, Cause.SLOWED_DOWN, reason.words() + ", at 41 C");
    } else {
      assertThat(judge().findings()).isEmpty();
    }
  }

  @Test
  void lanesCount_theGenerationDoesNot() {
    lanes = new Value<>(new PcieLink(5, 8));
    only(Level.DEGRADED, Cause.FEW_PCIE_LANES, "8 of 16 lanes");
  }

  @ParameterizedTest
  @CsvSource({
    "NOT_STARTED, DEGRADED, not begun",
    "IN_PROGRESS, DEGRADED, has yet to",
    "FAILED, BROKEN, failed",
    "COMPLETED, HEALTHY, -"
  })
  void fabric_mustBeComplete(Fabric state, Level level, String problem) {
    fabric = new Value<>(state);
    if (level == Level.HEALTHY) {
      assertThat(judge().findings()).isEmpty();
    } else {
      only(level, Cause.NO_FABRIC, problem);
    }
  }

  @ParameterizedTest
  @CsvSource({"GPU_LOST, GPU_LOST", "RESET_REQUIRED, RESET_REQUIRED", "NO_PERMISSION, NO_ANSWER"})
  void gpuThatCannotBeNamed_isBroken(Why why, Cause cause) {
    assertThat(Judgement.ofAbsent(why, false).findings())
        .extracting(Finding::cause)
        .containsExactly(cause);
    assertThat(Judgement.ofAbsent(why, true).findings())
        .extracting(Finding::cause)
        .containsExactly(Cause.DETACHED, cause);
  }
}
