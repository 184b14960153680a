package dev.windlass.core;

import org.jspecify.annotations.Nullable;

/**
 * The root of every exception that Windlass throws on purpose. Its message always has three parts:
 * what was being done, what went wrong, and what to do about it.
 */
public class WindlassException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String doing;
  private final String problem;
  private final String remedy;

  /**
   * Makes an exception without a cause.
   *
   * @param doing what was being done, as it reads after "while": {@code "submitting job 'a'"}
   * @param problem what went wrong, one or more sentences without the last full stop
   * @param remedy what the reader can do, one or more sentences without the last full stop
   */
  public WindlassException(String doing, String problem, String remedy) {
    this(doing, problem, remedy, null);
  }

  /**
   * Makes an exception.
   *
   * @param doing what was being done, as it reads after "while": {@code "submitting job 'a'"}
   * @param problem what went wrong, one or more sentences without the last full stop
   * @param remedy what the reader can do, one or more sentences without the last full stop
   * @param cause what was thrown below, if anything
   */
  public WindlassException(String doing, String problem, String remedy, @Nullable Throwable cause) {
    super(
        "While "
            + doing
            + ": "
            + problem
            + (problem.indexOf('\n') < 0 ? ". " : "\n")
            + remedy
            + ".",
        cause);
    this.doing = doing;
    this.problem = problem;
    this.remedy = remedy;
  }

  /** What was being done, as it reads after "while". */
  public String doing() {
    return doing;
  }

  /** What went wrong. */
  public String problem() {
    return problem;
  }

  /** What to do about it. */
  public String remedy() {
    return remedy;
  }
}
