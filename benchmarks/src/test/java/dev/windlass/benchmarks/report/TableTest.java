package dev.windlass.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TableTest {
  private static final Table TABLE =
      new Table(
          "Launch",
          List.of("call", "ns", "x C"),
          List.of(List.of("C", 4.0, 1.0), List.of("Java", 1234.56, Double.NaN)),
          List.of("A note."));

  @Test
  void text_table_isMarkdownWithNumbersOnTheRight() {
    assertThat(TABLE.text())
        .isEqualTo(
            """
            ### Launch

            | call |    ns |   x C |
            |------|------:|------:|
            | C    | 4.000 | 1.000 |
            | Java |  1235 |     - |

            A note.

            """);
  }

  @Test
  void json_table_leavesOutWhatThereIsNone() {
    assertThat(TABLE.json())
        .containsEntry("name", "Launch")
        .containsEntry(
            "rows",
            List.of(
                Map.of("call", "C", "ns", 4.0, "x C", 1.0), Map.of("call", "Java", "ns", 1234.56)));
  }

  @Test
  void new_rowOfAnotherLength_isRefused() {
    List<List<Object>> rows = List.of(List.of("x"));
    assertThatThrownBy(() -> new Table("t", List.of("a", "b"), rows, List.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void of_ratios_drawsABarForEach() {
    Table ratios =
        new Table("Held", List.of("trace", "a", "b"), List.of(List.of("t", 1.0, 2.0)), List.of());
    assertThat(Picture.of(ratios)).contains(">a<", ">b<", ">1.000<", ">2.000<", ">t<");
  }
}
