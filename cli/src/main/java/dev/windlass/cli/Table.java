package dev.windlass.cli;

import java.util.ArrayList;
import java.util.List;

/** Text in columns. */
final class Table {
  private static final String GAP = "  ";

  private final List<String> header;
  private final List<List<Cell>> rows = new ArrayList<>();

  /** Text and how to show it. */
  record Cell(String text, Style style) {
    Cell {
      text = Columns.oneLine(text);
    }

    static Cell of(String text) {
      return new Cell(text, Style.PLAIN);
    }
  }

  Table(String... header) {
    this.header = List.of(header);
  }

  /** Adds a row; what is empty is shown as a dash. */
  void row(Cell... cells) {
    rows.add(List.of(cells));
  }

  /** Adds a row of plain text. */
  void row(String... cells) {
    List<Cell> row = new ArrayList<>();
    for (String cell : cells) {
      row.add(Cell.of(cell));
    }
    rows.add(row);
  }

  /**
   * The lines: every column as wide as its widest cell, the last one cut where the line would be
   * wider than {@code width}.
   */
  String render(boolean colour, int width) {
    int[] widths = header.stream().mapToInt(String::length).toArray();
    for (List<Cell> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], Columns.width(shown(row.get(i))));
      }
    }
    StringBuilder out = new StringBuilder();
    List<Cell> head = header.stream().map(h -> new Cell(h, Style.BOLD)).toList();
    line(head, widths, colour, width, out);
    for (List<Cell> row : rows) {
      line(row, widths, colour, width, out);
    }
    return out.toString();
  }

  private static void line(
      List<Cell> row, int[] widths, boolean colour, int width, StringBuilder out) {
    int room = width;
    for (int i = 0; i < widths.length; i++) {
      String text = shown(row.get(i));
      boolean last = i == widths.length - 1;
      if (last) {
        text = Columns.cut(text, Math.max(10, room));
      }
      out.append(row.get(i).style().apply(text, colour));
      if (!last) {
        out.append(" ".repeat(widths[i] - Columns.width(text))).append(GAP);
      }
      room -= widths[i] + GAP.length();
    }
    out.append('\n');
  }

  private static String shown(Cell cell) {
    return cell.text().isEmpty() ? "-" : cell.text();
  }
}
