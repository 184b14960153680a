package dev.windlass.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.windlass.core.job.Memory;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class TableTest {
  @Test
  void render_columns_areAsWideAsTheirWidestCell() {
    Table table = new Table("NAME", "PHASE", "MESSAGE");
    table.row("a", "Running", "");
    table.row("数字", "", "two\nlines and a \u001b[2J");
    assertThat(table.render(false, 100))
        .isEqualTo(
            """
            NAME  PHASE    MESSAGE
            a     Running  -
            数字  -        two; lines and a  [2J
            """);
  }

  @Test
  void render_narrowTerminal_cutsTheLastColumnOnly() {
    Table table = new Table("NAME", "MESSAGE");
    table.row("train", "0 of 3 nodes have a free GPU");
    assertThat(table.render(false, 24)).isEqualTo("NAME   MESSAGE\ntrain  0 of 3 nodes h...\n");
  }

  @Test
  void render_narrowTerminal_leavesOutColumnsInTurn() {
    Table table = new Table("A", "B", "C", "D").leaveOut("C", "A");
    table.row("a", "bbbb", "cccc", "dddd");
    assertThat(table.render(false, 19)).isEqualTo("A  B     C     D\na  bbbb  cccc  dddd\n");
    assertThat(table.render(false, 18)).isEqualTo("A  B     D\na  bbbb  dddd\n");
    assertThat(table.render(false, 12)).isEqualTo("B     D\nbbbb  dddd\n");
    assertThat(table.render(false, 4)).isEqualTo("B     D\nbbbb  dddd\n");
  }

  @Test
  void wrap_breaksBetweenWords_andKeepsALongOne() {
    assertThat(Columns.wrap("a bb ccc dddddddd e", 6))
        .containsExactly("a bb", "ccc", "dddddddd", "e");
    assertThat(Columns.wrap("", 6)).containsExactly("");
    assertThat(Columns.wrap("数字 a", 4)).containsExactly("数字", "a");
  }

  @Test
  void render_withColour_alignsAsWithout() {
    Table table = new Table("PHASE", "AGE");
    table.row(new Table.Cell("Failed", Style.RED), Table.Cell.of("3s"));
    assertThat(table.render(true, 80)).contains("\u001b[31mFailed\u001b[0m  3s");
    assertThat(String.join("\n", Vt.show(table.render(true, 80))))
        .isEqualTo(table.render(false, 80));
  }

  @Test
  void fields_ofSeveralLines_areIndented() {
    Fields fields = new Fields(false);
    fields.add("Message", "one\ntwo\u0007!");
    fields.add("Empty", " ");
    assertThat(fields.render()).isEqualTo("Message    one\n           two !\n");
  }

  @Test
  void numbers_areShort() {
    assertThat(Numbers.time(Duration.ofMillis(-5))).isEqualTo("0s");
    assertThat(Numbers.time(Duration.ofMillis(4_230))).isEqualTo("4.2s");
    assertThat(Numbers.time(Duration.ofMillis(9_970))).isEqualTo("9.9s");
    assertThat(Numbers.time(Duration.ofMillis(72_900))).isEqualTo("1m12s");
    assertThat(Numbers.time(Duration.ofSeconds(3 * 3600 + 299))).isEqualTo("3h4m");
    assertThat(Numbers.time(Duration.ofHours(50))).isEqualTo("2d2h");
    assertThat(Numbers.metric(0.091372)).isEqualTo("0.09137");
    assertThat(Numbers.metric(12)).isEqualTo("12");
    assertThat(Numbers.metric(Double.NaN)).isEqualTo("NaN");
    assertThat(Numbers.rate(0.001)).isEqualTo("3.6/h");
    assertThat(Numbers.memory(Memory.mib(81_559))).isEqualTo("79.6Gi");
    assertThat(Numbers.memory(Memory.mib(512))).isEqualTo("512Mi");
  }
}
