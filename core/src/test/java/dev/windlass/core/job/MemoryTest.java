package dev.windlass.core.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class MemoryTest {
  @Test
  void parse_kubernetesForms_areBytes() {
    assertThat(Memory.parse("8Gi")).isEqualTo(Memory.gib(8));
    assertThat(Memory.parse("80G")).isEqualTo(Memory.gb(80));
    assertThat(Memory.parse("1.5Ki").bytes()).isEqualTo(1536);
    assertThat(Memory.parse("12").bytes()).isEqualTo(12);
  }

  @Test
  void parse_almostRight_saysWhatToWrite() {
    assertThatThrownBy(() -> Memory.parse("8 GB"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("8G");
    assertThatThrownBy(() -> Memory.parse("9999999999E"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void toString_isShortestExactForm() {
    assertThat(Memory.gib(8)).hasToString("8Gi");
    assertThat(Memory.gb(80)).hasToString("80G");
    assertThat(Memory.bytes(1001)).hasToString("1001");
  }
}
