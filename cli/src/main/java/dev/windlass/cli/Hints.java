package dev.windlass.cli;

import java.util.List;

/** What else can be done with a job. */
final class Hints {
  private Hints() {}

  /** The commands for a job that goes on. */
  static String goesOn(String job, BackendOptions.Choice backend) {
    return "  follow it:  "
        + command(List.of("logs", "-f"), job, backend)
        + "\n  look at it: "
        + command(List.of("status"), job, backend)
        + "\n  stop it:    "
        + command(List.of("cancel"), job, backend)
        + "\n  remove it:  "
        + command(List.of("delete"), job, backend);
  }

  /** One command for a job. */
  static String command(List<String> words, String job, BackendOptions.Choice backend) {
    StringBuilder line = new StringBuilder("windlass");
    words.forEach(w -> line.append(' ').append(w));
    line.append(' ').append(job);
    backend.toOptions().forEach(o -> line.append(' ').append(quoted(o)));
    return line.toString();
  }

  private static String quoted(String word) {
    return word.matches("[A-Za-z0-9_@%+=:,./-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}
