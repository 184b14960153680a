package dev.windlass.cli;

import java.util.ArrayList;
import java.util.List;

/** How much room text takes on a terminal. */
final class Columns {
  private Columns() {}

  /** The number of columns, where ideographs take two and combining marks none. */
  static int width(String text) {
    return text.codePoints().map(Columns::width).sum();
  }

  private static int width(int c) {
    return switch (Character.getType(c)) {
      case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK, Character.FORMAT -> 0;
      default -> isWide(c) ? 2 : 1;
    };
  }

  private static boolean isWide(int c) {
    return (c >= 0x1100 && c <= 0x115f)
        || (c >= 0x2e80 && c <= 0xa4cf && c != 0x303f)
        || (c >= 0xac00 && c <= 0xd7a3)
        || (c >= 0xf900 && c <= 0xfaff)
        || (c >= 0xfe30 && c <= 0xfe6f)
        || (c >= 0xff00 && c <= 0xff60)
        || (c >= 0xffe0 && c <= 0xffe6)
        || (c >= 0x1f300 && c <= 0x1faff)
        || (c >= 0x20000 && c <= 0x3fffd);
  }

  /** The text, cut to at most so many columns; what is cut ends with three dots. */
  static String cut(String text, int columns) {
    if (width(text) <= columns) {
      return text;
    }
    String dots = "...".substring(0, Math.max(0, Math.min(3, columns)));
    int room = columns - dots.length();
    StringBuilder kept = new StringBuilder();
    for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
      int c = text.codePointAt(i);
      room -= width(c);
      if (room < 0) {
        break;
      }
      kept.appendCodePoint(c);
    }
    return kept + dots;
  }

  /** The text, with spaces after it up to so many columns. */
  static String pad(String text, int columns) {
    return text + " ".repeat(Math.max(0, columns - width(text)));
  }

  /**
   * The text on one line and without control characters, which could move the cursor: for what
   * comes from a cluster.
   */
  static String oneLine(String text) {
    return text.strip().replaceAll("\\R\\s*", "; ").replaceAll("\\p{Cntrl}", " ");
  }

  /** The text without control characters other than line ends. */
  static String lines(String text) {
    return text.strip().replaceAll("\\R", "\n").replaceAll("[\\p{Cntrl}&&[^\n]]", " ");
  }

  /** The text in lines of at most so many columns, broken between words; a longer word is kept. */
  static List<String> wrap(String text, int columns) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String word : oneLine(text).split(" +", -1)) {
      if (line.length() > 0 && width(line.toString()) + 1 + width(word) > columns) {
        lines.add(line.toString());
        line.setLength(0);
      }
      line.append(line.length() > 0 ? " " : "").append(word);
    }
    lines.add(line.toString());
    return lines;
  }
}
