package dev.windlass.cuda;

import dev.windlass.core.WindlassException;

/**
 * Something was used as it cannot be: it is closed, belongs to another context, is too small, or is
 * not there. Found in Java, before anything native sees an address; nothing has happened.
 */
public final class InvalidUseException extends WindlassException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes an exception.
   *
   * @param doing what was being done, as it reads after "while"
   * @param problem what went wrong, without the last full stop
   * @param remedy what to do, without the last full stop
   */
  public InvalidUseException(String doing, String problem, String remedy) {
    super(doing, problem, remedy);
  }

  /** "an event", "a stream"; all names of ours that start with one of these letters sound so. */
  static String withArticle(String noun) {
    return ("AEIOaeio".indexOf(noun.isEmpty() ? ' ' : noun.charAt(0)) >= 0 ? "an " : "a ") + noun;
  }
}
