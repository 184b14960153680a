package dev.windlass.cuda.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.windlass.cuda.health.Xid.Fault;
import dev.windlass.cuda.health.Xid.Restart;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class XidTest {
  @ParameterizedTest
  @CsvSource({
    "13, APPLICATION, PROCESS",
    "31, APPLICATION, PROCESS",
    "45, NOTICE, NOTHING",
    "48, HARDWARE, POD",
    "63, NOTICE, NOTHING",
    "64, HARDWARE, POD",
    "74, LINK, POD",
    "79, HARDWARE, NODE",
    "94, HARDWARE, PROCESS",
    "95, HARDWARE, POD",
    "119, DRIVER, POD",
    "145, LINK, POD",
  })
  void numbers_haveAFaultAndWhatMustStartAnew(int code, Fault fault, Restart restart) {
    assertThat(Xid.of(code).fault()).isEqualTo(fault);
    assertThat(Xid.of(code).restart()).isEqualTo(restart);
  }

  /** NVIDIA's device plugin keeps a GPU in service after these. */
  @ParameterizedTest
  @ValueSource(ints = {13, 31, 43, 45, 68, 109})
  void errorsThatADevicePluginPassesOver_costNoPodItsGpu(int code) {
    assertThat(Xid.of(code).restart()).isLessThan(Restart.POD);
    assertThat(Xid.of(code).fault()).isIn(Fault.APPLICATION, Fault.NOTICE);
  }

  @Test
  void everyKnownNumber_hasWordsOfItsOwnAndARemedy() {
    assertThat(Xid.known()).hasSizeGreaterThan(60).contains(32, 38, 61, 62, 69, 92, 120, 140, 150);
    for (int code : Xid.known()) {
      Xid xid = Xid.of(code);
      assertThat(xid.code()).isEqualTo(code);
      assertThat(xid.fault()).as("%s", xid).isNotEqualTo(Fault.UNKNOWN);
      assertThat(xid.meaning()).isNotBlank().doesNotEndWith(".").doesNotContain("  ");
      assertThat(xid.remedy()).isNotBlank().doesNotEndWith(".");
    }
  }

  @Test
  void unknownNumber_isNoError() {
    Xid xid = Xid.of(4711);
    assertThat(xid.fault()).isEqualTo(Fault.UNKNOWN);
    assertThat(xid).hasToString("Xid 4711: an error that is not in our table");
    assertThat(xid.remedy()).contains("Xid Errors");
  }

  @Test
  void remedy_goesWithTheFault() {
    assertThat(Xid.of(31).remedy()).contains("compute-sanitizer");
    assertThat(Xid.of(94).remedy()).doesNotContain("compute-sanitizer");
    assertThat(Xid.of(48).remedy()).contains("nvidia-smi -r");
    assertThat(Xid.of(79).remedy()).contains("restart the node");
  }
}
