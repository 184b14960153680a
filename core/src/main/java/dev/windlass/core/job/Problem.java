package dev.windlass.core.job;

/**
 * One thing that is wrong with a job's description.
 *
 * @param field the field as the job file names it, for example {@code mounts[1].path}
 * @param value the value that is wrong, shortened if it is long
 * @param message what is wrong with it
 * @param fix what to write instead
 */
public record Problem(String field, String value, String message, String fix) {
  /** One line: field, value, what is wrong, what to write instead. */
  @Override
  public String toString() {
    String shown = value.isEmpty() ? "" : " ('" + value + "')";
    return field + shown + ": " + message + "; " + fix;
  }
}
