package dev.windlass.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class ScreenTest {
  private final ByteArrayOutputStream shown = new ByteArrayOutputStream();

  private Screen screen(boolean terminal, Map<String, String> env) {
    PrintStream both = new PrintStream(shown, false, StandardCharsets.UTF_8);
    return new Screen(both, both, terminal, terminal, () -> 80, env);
  }

  private List<String> lines() {
    return Vt.show(shown.toString(StandardCharsets.UTF_8));
  }

  @Property(tries = 300)
  void lines_and_bars_in_any_order_leave_all_lines_and_the_last_bar(
      @ForAll @Size(max = 30) List<@IntRange(max = 2) Integer> where,
      @ForAll @Size(value = 30)
          List<@StringLength(max = 12) @CharRange(from = 'a', to = 'z') String> texts) {
    shown.reset();
    Screen screen = screen(true, Map.of());
    List<String> expected = new ArrayList<>();
    String bar = "";
    for (int i = 0; i < where.size(); i++) {
      String text = texts.get(i);
      switch (where.get(i)) {
        case 0 -> screen.out(text);
        case 1 -> screen.err(text);
        default -> screen.bar(text);
      }
      if (where.get(i) < 2) {
        expected.add(text);
        bar = "";
      } else {
        bar = text;
      }
    }
    expected.add(bar);
    assertThat(lines()).isEqualTo(expected);
  }

  @Test
  void bar_afterALineThatLeftAColour_isPlain() {
    Screen screen = screen(true, Map.of());
    screen.out("\u001b[31mred and never ended");
    screen.bar("50%");
    assertThat(shown.toString(StandardCharsets.UTF_8)).endsWith(Style.RESET + "\u001b[K50%");
  }

  @Test
  void close_takesTheBarAwayAndDropsWhatComesAfter() {
    Screen screen = screen(true, Map.of());
    screen.bar("50%");
    screen.close();
    screen.out("late");
    screen.bar("51%");
    assertThat(lines()).containsExactly("");
  }

  @Test
  void errLines_whileThereIsABar_comeAsWholeLinesAboveIt() {
    Screen screen = screen(true, Map.of());
    PrintStream log = screen.errLines();
    screen.bar("50%");
    log.print("WARN in two ");
    log.println("parts ü");
    log.flush();
    screen.bar("51%");
    assertThat(lines()).containsExactly("WARN in two parts ü", "51%");
  }

  @Test
  void colours_areForTerminalsOfPeopleWhoWantThem() {
    assertThat(screen(true, Map.of()).outColour()).isTrue();
    assertThat(screen(true, Map.of("NO_COLOR", "")).errColour()).isTrue();
    assertThat(screen(true, Map.of("NO_COLOR", "1")).outColour()).isFalse();
    assertThat(screen(true, Map.of("TERM", "dumb")).errColour()).isFalse();
    assertThat(screen(false, Map.of()).outColour()).isFalse();
  }

  @Test
  void bar_needsTwoTerminalsThatCanErase() {
    PrintStream both = new PrintStream(shown, false, StandardCharsets.UTF_8);
    assertThat(screen(true, Map.of()).hasBar()).isTrue();
    assertThat(screen(true, Map.of("TERM", "dumb")).hasBar()).isFalse();
    assertThat(new Screen(both, both, false, true, () -> 80, Map.of()).hasBar()).isFalse();
    assertThat(new Screen(both, both, true, false, () -> 80, Map.of()).hasBar()).isFalse();
  }

  @Test
  void unicode_isWhatTheLocaleSays() {
    assertThat(screen(true, Map.of("LANG", "de_DE.UTF-8")).unicode()).isTrue();
    assertThat(screen(true, Map.of("LANG", "C.utf8")).unicode()).isTrue();
    assertThat(screen(true, Map.of("LC_ALL", "C", "LANG", "de_DE.UTF-8")).unicode()).isFalse();
    assertThat(screen(true, Map.of()).unicode()).isFalse();
  }

  @Test
  void parseSize_isTheColumnsOfStty() {
    assertThat(Terminals.parseSize("24 132\n")).isEqualTo(132);
    assertThat(Terminals.parseSize("")).isZero();
    assertThat(Terminals.parseSize("stty: not a terminal")).isZero();
  }
}
