package dev.windlass.core.job;

import dev.windlass.core.WindlassException;
import java.util.List;
import java.util.stream.Collectors;

/** A job's description that cannot be: says all that is wrong with it at once. */
public final class InvalidJobException extends WindlassException {
  private static final long serialVersionUID = 1L;

  private final transient List<Problem> problems;

  /**
   * Makes the exception.
   *
   * @param doing what was being done, as it reads after "while"
   * @param problems what is wrong, at least one
   */
  public InvalidJobException(String doing, List<Problem> problems) {
    super(
        doing,
        (problems.size() == 1 ? "1 problem" : problems.size() + " problems")
            + problems.stream().map(p -> "\n  - " + p).collect(Collectors.joining()),
        "Mend " + (problems.size() == 1 ? "it" : "them all") + " and try again");
    this.problems = List.copyOf(problems);
  }

  /** All that is wrong, in the order of the fields. */
  public List<Problem> problems() {
    return problems;
  }
}
