package dev.windlass.core.context;

/** Writes texts as JSON, all in ASCII: in a container, streams often have no other characters. */
final class JsonText {
  private static final String CUT = "...";

  private JsonText() {}

  static void quote(String text, StringBuilder to) {
    quote(text, Integer.MAX_VALUE, to);
  }

  /**
   * Adds a text in quotes.
   *
   * @param room the most characters to add; a text that needs more is cut, and ends with dots
   */
  static void quote(String text, int room, StringBuilder to) {
    int start = to.length();
    to.append('"');
    int fits = to.length(); // up to where dots and the last quote still have room
    int i = 0;
    while (i < text.length()) {
      // Surrogates stay together, so that what is cut is still text.
      int next = i + Character.charCount(text.codePointAt(i));
      for (; i < next; i++) {
        append(text.charAt(i), to);
      }
      long length = (long) to.length() - start + 1;
      if (length > room) {
        to.setLength(fits);
        to.append(CUT);
        break;
      }
      if (length + CUT.length() <= room) {
        fits = to.length();
      }
    }
    to.append('"');
  }

  private static void append(char c, StringBuilder to) {
    if (c == '"' || c == '\\') {
      to.append('\\').append(c);
    } else if (c < 0x20 || c >= 0x7f) {
      to.append(String.format("\\u%04x", (int) c));
    } else {
      to.append(c);
    }
  }
}
