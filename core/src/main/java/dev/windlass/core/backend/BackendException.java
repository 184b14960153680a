package dev.windlass.core.backend;

import dev.windlass.core.WindlassException;
import org.jspecify.annotations.Nullable;

/** A backend cannot do what was asked of it. */
public class BackendException extends WindlassException {
  private static final long serialVersionUID = 1L;

  /** Makes an exception without a cause; see {@link WindlassException}. */
  public BackendException(String doing, String problem, String remedy) {
    super(doing, problem, remedy);
  }

  /** Makes an exception; see {@link WindlassException}. */
  public BackendException(String doing, String problem, String remedy, @Nullable Throwable cause) {
    super(doing, problem, remedy, cause);
  }
}
