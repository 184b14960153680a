package dev.windlass.core.backend;

/** Where a job is on its way. */
public enum Phase {
  /** Accepted, and waiting for its turn in a queue. */
  QUEUED,
  /** Waiting for a place that has room for it. */
  PENDING,
  /** It has a place; image, storage and container are being made ready. */
  STARTING,
  /** The program runs. */
  RUNNING,
  /** The program ended with exit code 0. */
  SUCCEEDED,
  /** It will not succeed any more. */
  FAILED,
  /** Someone stopped it. */
  CANCELLED;

  /** Whether a job in this phase stays in it for ever. */
  public boolean isFinal() {
    return this == SUCCEEDED || this == FAILED || this == CANCELLED;
  }
}
