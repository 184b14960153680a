package dev.windlass.cli;

import java.util.ArrayList;
import java.util.List;

/** Text in columns. */
final class Table {
  private static final String GAP = "  ";

  private final List<String> header;
  private final List<List<Cell>> rows = new ArrayList<>();
  private List<String> leftOut = List.of();

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

  /**
   * Has columns left out where the table would be wider than the terminal: the first of these, then
   * the next, as many as must be.
   */
  Table leaveOut(String... columns) {
    leftOut = List.of(columns);
    return this;
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
    List<Integer> columns = new ArrayList<>();
    int needed = -GAP.length();
    int[] widths = widths();
    for (int i = 0; i < widths.length; i++) {
      columns.add(i);
      needed += widths[i] + GAP.length();
    }
    for (String column : leftOut) {
      if (needed > width) {
        int at = header.indexOf(column);
        columns.remove(Integer.valueOf(at));
        needed -= widths[at] + GAP.length();
      }
    }
    StringBuilder out = new StringBuilder();
    List<Cell> head = header.stream().map(h -> new Cell(h, Style.BOLD)).toList();
    line(head, columns, widths, colour, width, out);
    for (List<Cell> row : rows) {
      line(row, columns, widths, colour, width, out);
    }
    return out.toString();
  }

  private int[] widths() {
    int[] widths = header.stream().mapToInt(String::length).toArray();
    for (List<Cell> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], Columns.width(shown(row.get(i))));
      }
    }
    return widths;
  }

  private static void line(
      List<Cell> row,
      List<Integer> columns,
      int[] widths,
      boolean colour,
      int width,
      StringBuilder out) {
    int room = width;
    for (int i : columns) {
      String text = shown(row.get(i));
      boolean last = i == columns.get(columns.size() - 1);
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
