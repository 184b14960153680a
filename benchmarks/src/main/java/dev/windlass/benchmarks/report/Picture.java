package dev.windlass.benchmarks.report;

import java.util.List;
import java.util.Locale;

/** A table of ratios as bars, in one HTML file that needs nothing else. */
public final class Picture {
  private static final int BAR = 14;
  private static final int GAP = 18;
  private static final int LEFT = 190;
  private static final int WIDTH = 900;
  private static final List<String> COLOURS =
      List.of("#2a9d8f", "#e76f51", "#f4a261", "#6d83c9", "#a06cb8", "#8a8a8a");

  private Picture() {}

  /** One group of bars per row, one bar per column; ratios from 1 on. */
  public static String of(Table table) {
    double most =
        table.rows().stream()
            .flatMap(row -> row.stream().skip(1))
            .mapToDouble(cell -> (Double) cell)
            .max()
            .orElse(1);
    int bars = table.columns().size() - 1;
    int height = 60 + table.rows().size() * (bars * BAR + GAP);
    StringBuilder svg = new StringBuilder();
    add(svg, "<svg viewBox='0 0 %d %d' role='img' aria-label='%s'>", WIDTH, height, table.name());
    for (int bar = 0; bar < bars; bar++) {
      int x = bar * WIDTH / bars;
      add(svg, "<rect x='%d' y='8' width='12' height='12' fill='%s'/>", x, colour(bar));
      add(svg, "<text x='%d' y='18'>%s</text>", x + 17, table.columns().get(bar + 1));
    }
    int y = 40;
    double scale = (WIDTH - LEFT - 60) / most;
    for (List<Object> row : table.rows()) {
      add(svg, "<text x='%d' y='%d' text-anchor='end'>%s</text>", LEFT - 8, y + 12, row.get(0));
      for (int bar = 0; bar < bars; bar++, y += BAR) {
        double value = (Double) row.get(bar + 1);
        double width = value * scale;
        add(
            svg,
            "<rect x='%d' y='%d' width='%.1f' height='%d' fill='%s'/>",
            LEFT,
            y,
            width,
            BAR - 2,
            colour(bar));
        add(svg, "<text x='%.1f' y='%d' class='n'>%.3f</text>", LEFT + width + 4, y + 10, value);
      }
      y += GAP;
    }
    add(
        svg,
        "<line x1='%.1f' x2='%.1f' y1='30' y2='%d'/></svg>",
        LEFT + scale,
        LEFT + scale,
        height - GAP);
    return "<!doctype html><html lang='en'><meta charset='utf-8'><title>"
        + table.name()
        + "</title><style>:root{color-scheme:light dark}body{max-width:60em;margin:2em auto;"
        + "font:15px system-ui,sans-serif}svg{width:100%;font-size:11px;fill:currentColor}"
        + "line{stroke:currentColor;stroke-dasharray:3 3;opacity:.5}.n{opacity:.8}</style><h1>"
        + table.name()
        + "</h1><p>Shorter is better. The dashed line is 1: no allocator can hold less than what"
        + " is live.</p>"
        + svg
        + "</html>\n";
  }

  private static String colour(int bar) {
    return COLOURS.get(bar % COLOURS.size());
  }

  private static void add(StringBuilder svg, String format, Object... values) {
    svg.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}
