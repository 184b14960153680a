package dev.windlass.benchmarks.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * One benchmark's figures.
 *
 * @param name what is measured
 * @param columns the first is what was measured, the others its figures with their units
 * @param rows cells are texts or numbers; a number that there is none of is NaN
 * @param notes what a reader has to know beside the figures
 */
public record Table(
    String name, List<String> columns, List<List<Object>> rows, List<String> notes) {
  /** Makes the lists unchangeable and checks that the table is one. */
  public Table {
    columns = List.copyOf(columns);
    rows = rows.stream().map(List::copyOf).toList();
    notes = List.copyOf(notes);
    for (List<Object> row : rows) {
      if (row.size() != columns.size()) {
        throw new IllegalArgumentException("Row " + row + " does not fit the columns " + columns);
      }
    }
  }

  /** In Markdown, whose columns also stand under each other as they are. */
  public String text() {
    List<List<String>> cells = new ArrayList<>();
    cells.add(columns);
    rows.forEach(row -> cells.add(row.stream().map(Table::text).toList()));
    int[] widths = new int[columns.size()];
    for (List<String> row : cells) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    StringBuilder text = new StringBuilder("### ").append(name).append("\n\n");
    line(text, cells.get(0), widths);
    for (int i = 0; i < widths.length; i++) {
      String rule = "-".repeat(widths[i] + 1);
      text.append(i == 0 ? "|-" + rule.substring(1) + "-" : "|" + rule + ":");
    }
    text.append("|\n");
    cells.subList(1, cells.size()).forEach(row -> line(text, row, widths));
    notes.forEach(note -> text.append("\n").append(note).append("\n"));
    return text.append("\n").toString();
  }

  private static void line(StringBuilder text, List<String> row, int[] widths) {
    for (int i = 0; i < widths.length; i++) {
      text.append("| ");
      String pad = " ".repeat(widths[i] - row.get(i).length());
      text.append(i == 0 ? row.get(i) + pad : pad + row.get(i)).append(' ');
    }
    text.append("|\n");
  }

  private static String text(Object cell) {
    if (cell instanceof Double number) {
      if (number.isNaN()) {
        return "-";
      }
      double size = Math.abs(number);
      String format = size >= 1000 ? "%.0f" : size >= 100 ? "%.1f" : size >= 10 ? "%.2f" : "%.3f";
      return String.format(Locale.ROOT, format, number);
    }
    return String.valueOf(cell);
  }

  /** For JSON: one object per row, by column. */
  Map<String, Object> json() {
    List<Map<String, Object>> objects = new ArrayList<>();
    for (List<Object> row : rows) {
      Map<String, Object> object = new LinkedHashMap<>();
      for (int i = 0; i < columns.size(); i++) {
        Object cell = row.get(i);
        if (!(cell instanceof Double number && number.isNaN())) {
          object.put(columns.get(i), cell);
        }
      }
      objects.add(object);
    }
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", name);
    json.put("rows", objects);
    json.put("notes", notes);
    return json;
  }
}
