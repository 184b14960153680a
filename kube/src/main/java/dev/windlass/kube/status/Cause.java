package dev.windlass.kube.status;

import dev.windlass.core.backend.Reason;

/**
 * Why something is as it is.
 *
 * @param reason for programs
 * @param message for people; empty if there is nothing to say
 * @param remedy what to do; empty if nothing needs doing
 */
public record Cause(Reason reason, String message, String remedy) {
  /** Nothing to say. */
  public static final Cause NONE = new Cause(Reason.NONE, "", "");

  /** A cause whose remedy is the reason's general one. */
  public static Cause of(Reason reason, String message) {
    return new Cause(reason, message, reason.remedy());
  }
}
