package dev.windlass.cuda.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class NamesTest {
  @Test
  void uuid_isTheSame_howeverItIsWritten() {
    String digits = "8f6f1a2b-1111-2222-3333-444455556666";
    DeviceUuid uuid = DeviceUuid.parse(digits);
    assertThat(DeviceUuid.parse("GPU-" + digits)).isEqualTo(uuid).hasToString(digits);
    assertThat(DeviceUuid.parse("MIG-" + digits)).isEqualTo(uuid);
    for (String wrong : new String[] {"", "GPU-8f6f", "CPU-" + digits, "1-1-1-1-1"}) {
      assertThatIllegalArgumentException().isThrownBy(() -> DeviceUuid.parse(wrong));
    }
  }

  @Test
  void pciAddress_isTheSame_inCudasAndNvmlsForm() {
    PciAddress address = PciAddress.parse("0000:3A:1f.7");
    assertThat(address).isEqualTo(new PciAddress(0, 0x3a, 0x1f, 7)).hasToString("0000:3a:1f.7");
    assertThat(PciAddress.parse("00000000:3a:1F.7")).isEqualTo(address);
    assertThatIllegalArgumentException().isThrownBy(() -> PciAddress.parse("3A:00.0"));
  }

  @Test
  void index_isNotNegative() {
    assertThatIllegalArgumentException().isThrownBy(() -> new CudaIndex(-1));
    assertThatIllegalArgumentException().isThrownBy(() -> new NvmlIndex(-1));
  }
}
