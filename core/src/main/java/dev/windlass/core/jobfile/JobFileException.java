package dev.windlass.core.jobfile;

import dev.windlass.core.WindlassException;
import java.util.List;

/** A job file cannot be read. It names every mistake that was found, with line and column. */
public final class JobFileException extends WindlassException {
  private static final long serialVersionUID = 1L;

  private final transient List<Mistake> mistakes;

  /**
   * One mistake in a file.
   *
   * @param line where, from 1; 0 if it concerns the file as a whole
   * @param column where, from 1
   * @param message what is wrong and what to write instead
   */
  public record Mistake(int line, int column, String message) {
    @Override
    public String toString() {
      return line == 0 ? message : "line " + line + ", column " + column + ": " + message;
    }
  }

  JobFileException(String origin, List<Mistake> mistakes) {
    super("reading " + origin, text(mistakes), "Correct the file; nothing was submitted");
    this.mistakes = List.copyOf(mistakes);
  }

  JobFileException(String origin, String problem, String remedy) {
    super("reading " + origin, problem, remedy);
    this.mistakes = List.of(new Mistake(0, 0, problem));
  }

  /** All mistakes, in the order in which they were found. */
  public List<Mistake> mistakes() {
    return mistakes;
  }

  private static String text(List<Mistake> mistakes) {
    if (mistakes.size() == 1) {
      return mistakes.get(0).toString();
    }
    StringBuilder text = new StringBuilder(mistakes.size() + " mistakes");
    mistakes.forEach(m -> text.append("\n  ").append(m));
    return text.toString();
  }
}
