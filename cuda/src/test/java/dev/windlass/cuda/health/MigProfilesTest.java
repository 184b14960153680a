package dev.windlass.cuda.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MigProfilesTest {
  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "NVIDIA A100-SXM4-40GB MIG 1g.5gb, 1g.5gb",
        "NVIDIA H100 80GB HBM3 MIG 1g.10gb+me, 1g.10gb+me",
        "NVIDIA H100 80GB HBM3 MIG 1c.3g.40gb, 1c.3g.40gb",
        "NVIDIA H100 80GB HBM3, -",
        "'', -",
      })
  void profile_isTheEndOfTheName(String name, String profile) {
    assertThat(MigProfiles.ofName(name)).isEqualTo(Optional.ofNullable(profile));
  }

  /** Memory as drivers tell it, in MiB, and the names that NVIDIA gives. */
  @ParameterizedTest
  @CsvSource({
    "1, 1, 4864, 40536, 1g.5gb",
    "2, 2, 9856, 40536, 2g.10gb",
    "3, 3, 19968, 40536, 3g.20gb",
    "7, 7, 40192, 40536, 7g.40gb",
    "1, 1, 9856, 81559, 1g.10gb",
    "3, 1, 40448, 81559, 1c.3g.40gb",
  })
  void profile_isMadeOfSlicesAndEighths(
      long slices, long computeSlices, long mebibytes, long gpu, String profile) {
    assertThat(MigProfiles.of(slices, computeSlices, mebibytes, gpu << 20)).isEqualTo(profile);
  }
}
