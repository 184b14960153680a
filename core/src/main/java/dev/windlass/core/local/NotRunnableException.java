package dev.windlass.core.local;

import dev.windlass.core.backend.Reason;

/** An attempt cannot be started, and would not if it were tried again. */
final class NotRunnableException extends Exception {
  private static final long serialVersionUID = 1L;

  private final Reason reason;
  private final String remedy;

  NotRunnableException(Reason reason, String message, String remedy) {
    super(message);
    this.reason = reason;
    this.remedy = remedy;
  }

  Reason reason() {
    return reason;
  }

  String remedy() {
    return remedy;
  }
}
