package dev.windlass.cli;

import java.util.ArrayList;
import java.util.List;

/** What a terminal shows in the end: knows line feed, carriage return, erase and colours. */
final class Vt {
  private Vt() {}

  static List<String> show(String written) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    int column = 0;
    for (int i = 0; i < written.length(); i++) {
      char c = written.charAt(i);
      if (c == '\n') {
        lines.add(line.toString());
        line.setLength(0);
        column = 0;
      } else if (c == '\r') {
        column = 0;
      } else if (written.startsWith("\u001b[K", i)) {
        line.setLength(column);
        i += 2;
      } else if (c == '\u001b') {
        i = written.indexOf('m', i);
      } else {
        if (column < line.length()) {
          line.setCharAt(column, c);
        } else {
          line.append(c);
        }
        column++;
      }
    }
    lines.add(line.toString());
    return lines;
  }
}
