package dev.windlass.core.jobfile;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as people write them: {@code 90s}, {@code 1h30m}, {@code 2d}; or ISO 8601. */
public final class Durations {
  private static final Pattern FORM =
      Pattern.compile("(?:(\\d{1,9})d)?(?:(\\d{1,9})h)?(?:(\\d{1,9})m)?(?:(\\d{1,9})s)?");

  private Durations() {}

  /**
   * Reads either form.
   *
   * @throws IllegalArgumentException if the text is of neither form, saying what to write
   */
  public static Duration parse(String text) {
    if (text.startsWith("PT") || text.startsWith("P")) {
      try {
        return Duration.parse(text);
      } catch (java.time.format.DateTimeParseException e) {
        throw wrong();
      }
    }
    Matcher m = FORM.matcher(text);
    if (text.isEmpty() || !m.matches()) {
      throw wrong();
    }
    return Duration.ofDays(part(m, 1))
        .plusHours(part(m, 2))
        .plusMinutes(part(m, 3))
        .plusSeconds(part(m, 4));
  }

  /** The short form; ISO 8601 for what has a part of a second. */
  public static String write(Duration d) {
    if (d.isZero()) {
      return "0s";
    }
    String text = "";
    text += d.toDays() > 0 ? d.toDays() + "d" : "";
    text += d.toHoursPart() > 0 ? d.toHoursPart() + "h" : "";
    text += d.toMinutesPart() > 0 ? d.toMinutesPart() + "m" : "";
    text += d.toSecondsPart() > 0 ? d.toSecondsPart() + "s" : "";
    return d.equals(d.truncatedTo(ChronoUnit.SECONDS)) ? text : d.toString();
  }

  private static long part(Matcher m, int group) {
    return m.group(group) == null ? 0 : Long.parseLong(m.group(group));
  }

  private static IllegalArgumentException wrong() {
    return new IllegalArgumentException("write a duration such as 90s, 10m, 1h30m or 2d");
  }
}
