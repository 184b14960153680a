package dev.windlass.cuda.availability;

import dev.windlass.core.WindlassException;
import org.jspecify.annotations.Nullable;

/** CUDA was to be used where it cannot be. */
public final class CudaUnavailableException extends WindlassException {
  private static final long serialVersionUID = 1L;

  private final UnavailableReason reason;

  /**
   * Makes the exception.
   *
   * @param why the reason and the remedy
   * @param cause what was thrown below, if anything
   */
  public CudaUnavailableException(Availability.Unavailable why, @Nullable Throwable cause) {
    super("opening CUDA", why.problem(), why.remedy(), cause);
    this.reason = why.reason();
  }

  /** Why, for programs. */
  public UnavailableReason reason() {
    return reason;
  }

  /** The same as a value. */
  public Availability.Unavailable unavailable() {
    return new Availability.Unavailable(reason, problem(), remedy());
  }
}
