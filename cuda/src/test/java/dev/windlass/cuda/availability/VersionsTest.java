package dev.windlass.cuda.availability;

import static dev.windlass.cuda.availability.DriverFit.FULL;
import static dev.windlass.cuda.availability.DriverFit.SAME_MAJOR_ONLY;
import static dev.windlass.cuda.availability.DriverFit.TOO_OLD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VersionsTest {
  @ParameterizedTest
  @CsvSource({
    "13.1, 590.44.01, FULL",
    "13.1, 590.44.00, SAME_MAJOR_ONLY",
    "13.1, 580.65.06, SAME_MAJOR_ONLY",
    "13.1, 580.65.05, TOO_OLD",
    "13.1, 575.57.08, TOO_OLD",
    "13.9, 700.10.01, SAME_MAJOR_ONLY",
    "12.6, 560.28.03, FULL",
    "12.6, 550.54.15, SAME_MAJOR_ONLY",
    "12.6, 520.61.05, TOO_OLD",
    "12.0, 999.00.00, FULL",
    "11.8, 450.80.02, SAME_MAJOR_ONLY",
    "11.8, 450.51.05, TOO_OLD",
    "10.2, 440.33, FULL",
    "10.2, 440.32, TOO_OLD",
  })
  void fitByRelease(String toolkit, String driver, DriverFit fit) {
    assertThat(DriverFit.of(CudaVersion.parse(toolkit), DriverRelease.parse(driver))).contains(fit);
  }

  @Test
  void fitByRelease_ofAToolkitThatIsNotKnown_isNotKnown() {
    assertThat(DriverFit.of(new CudaVersion(14, 0), DriverRelease.parse("700.10.01"))).isEmpty();
    assertThat(DriverFit.oldestFor(new CudaVersion(14, 0))).isEmpty();
    assertThat(DriverFit.oldestFor(new CudaVersion(10, 1))).contains(DriverRelease.parse("418.39"));
  }

  @Test
  void fitByVersion() {
    CudaVersion v131 = CudaVersion.parse("13.1.0");
    assertThat(DriverFit.of(v131, CudaVersion.ofCode(13020))).isEqualTo(FULL);
    assertThat(DriverFit.of(v131, CudaVersion.ofCode(13010))).isEqualTo(FULL);
    assertThat(DriverFit.of(v131, CudaVersion.ofCode(13000))).isEqualTo(SAME_MAJOR_ONLY);
    assertThat(DriverFit.of(v131, CudaVersion.ofCode(12090))).isEqualTo(TOO_OLD);
    assertThat(DriverFit.of(new CudaVersion(10, 2), new CudaVersion(10, 1))).isEqualTo(TOO_OLD);
    assertThat(DriverFit.of(new CudaVersion(10, 2), new CudaVersion(13, 0))).isEqualTo(FULL);
  }

  @Test
  void forms() {
    assertThat(CudaVersion.ofCode(12020)).hasToString("12.2");
    assertThat(CudaVersion.ofCode(11080)).hasToString("11.8");
    assertThat(DriverRelease.parse("580.95.05")).hasToString("580.95.05");
    assertThat(DriverRelease.parse("440.33")).hasToString("440.33");
    for (String wrong : new String[] {"", "13", "x.1", "13.x", "-1.0"}) {
      assertThatIllegalArgumentException().isThrownBy(() -> CudaVersion.parse(wrong));
    }
    for (String wrong : new String[] {"", "580", "580.95.05.1", "a.b"}) {
      assertThatIllegalArgumentException().isThrownBy(() -> DriverRelease.parse(wrong));
    }
  }
}
