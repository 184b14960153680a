package dev.windlass.benchmarks.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The tables of a run, and what machine they are from. */
public final class Report {
  private final List<Table> tables = new ArrayList<>();

  /** Adds a table. */
  public void add(Table table) {
    tables.add(table);
  }

  /** For people. */
  public String text() {
    StringBuilder text = new StringBuilder();
    machine().forEach((what, value) -> text.append(what).append(": ").append(value).append('\n'));
    text.append('\n');
    tables.forEach(table -> text.append(table.text()));
    return text.toString();
  }

  /** For programs. */
  public Map<String, Object> json() {
    return Map.of("machine", machine(), "tables", tables.stream().map(Table::json).toList());
  }

  private static Map<String, Object> machine() {
    Map<String, Object> machine = new LinkedHashMap<>();
    machine.put("java", System.getProperty("java.vm.name") + " " + Runtime.version());
    machine.put("system", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
    machine.put("processors", Runtime.getRuntime().availableProcessors());
    return machine;
  }
}
