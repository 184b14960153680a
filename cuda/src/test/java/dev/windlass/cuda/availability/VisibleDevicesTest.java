package dev.windlass.cuda.availability;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VisibleDevicesTest {
  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "'0', '0', -",
        "'2,0,1', '2,0,1', -",
        "' 2 , 0', '2,0', -",
        "'0,x,1', '0', x",
        "'0,-1,1', '0', '-1'",
        "'1x,2', '1,2', -",
        "'00,1', '0,1', -",
        "'0,00', '', '0'",
        "'1,1', '', '1'",
        "'', '', ''",
        "'-1', '', '-1'",
        "'GPU-8f6f1a2b', 'GPU-8f6f1a2b', -",
        "'GPU-AB,GPU-ab', '', 'GPU-ab'",
        "'GPU-ab,0', '', '0'",
        "'MIG-12ab,MIG-34cd', 'MIG-12ab,MIG-34cd', -",
        "'MIG-GPU-8f6f/1/0', 'MIG-GPU-8f6f/1/0', -",
        "'gpu-ab', '', 'gpu-ab'",
      })
  void list_isReadAsTheDriverReadsIt(String value, String entries, String endedBy) {
    VisibleDevices visible = VisibleDevices.parse(value);
    assertThat(visible.entries())
        .isEqualTo(entries.isEmpty() ? List.of() : List.of(entries.split(",", -1)));
    assertThat(visible.endedBy()).isEqualTo(Optional.ofNullable(endedBy));
    assertThat(visible.hidesAll()).isEqualTo(entries.isEmpty());
  }
}
