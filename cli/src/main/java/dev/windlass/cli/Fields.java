package dev.windlass.cli;

import java.util.ArrayList;
import java.util.List;

/** Names and values, one pair a line. */
final class Fields {
  private static final int NAME_WIDTH = 11;

  private final List<String> lines = new ArrayList<>();
  private final boolean colour;

  Fields(boolean colour) {
    this.colour = colour;
  }

  /** Adds a pair; one without a value is left out. */
  void add(String name, String value) {
    add(name, value, Style.PLAIN);
  }

  /** Adds a pair whose value is shown in a style. */
  void add(String name, String value, Style style) {
    String text = Columns.lines(value);
    if (text.isEmpty()) {
      return;
    }
    String label = Style.BOLD.apply(Columns.pad(name, NAME_WIDTH), colour);
    for (String line : text.lines().toList()) {
      lines.add(label + style.apply(line, colour));
      label = " ".repeat(NAME_WIDTH);
    }
  }

  String render() {
    return lines.isEmpty() ? "" : String.join("\n", lines) + "\n";
  }
}
