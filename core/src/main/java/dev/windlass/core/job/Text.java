package dev.windlass.core.job;

/** How values are shown in problems. */
final class Text {
  private static final int SHOWN = 60;

  private Text() {}

  /** At most 60 characters, without line breaks or other control characters. */
  static String shorten(String value) {
    String plain = value.replaceAll("\\p{Cntrl}", " ");
    return plain.length() <= SHOWN ? plain : plain.substring(0, SHOWN) + "...";
  }
}
