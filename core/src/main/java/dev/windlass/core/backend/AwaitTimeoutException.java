package dev.windlass.core.backend;

import java.time.Duration;

/** A job has not ended in the time that was given to wait; it goes on. */
public final class AwaitTimeoutException extends BackendException {
  private static final long serialVersionUID = 1L;

  private final transient JobStatus status;

  /**
   * Makes the exception.
   *
   * @param status the job's state when the time was up
   * @param timeout how long was waited
   */
  public AwaitTimeoutException(JobStatus status, Duration timeout) {
    super(
        "waiting for job '" + status.name() + "'",
        "it is still "
            + status.phase()
            + " after "
            + timeout
            + (status.message().isEmpty() ? "" : " (" + status.message() + ")"),
        status.remedy().isEmpty() ? "Wait longer, or cancel it" : status.remedy());
    this.status = status;
  }

  /** The job's state when the time was up. */
  public JobStatus status() {
    return status;
  }
}
