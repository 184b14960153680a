package dev.windlass.core.local;

import dev.windlass.core.backend.Phase;
import dev.windlass.core.backend.Reason;
import dev.windlass.core.job.GpuJob;

/** Why a running or waiting job is to be stopped. */
enum Stop {
  /** Somebody wished it. */
  CANCEL(Phase.CANCELLED, Reason.CANCELLED),
  /** Its time is up. */
  DEADLINE(Phase.FAILED, Reason.DEADLINE),
  /** There is nobody left to tell. */
  FOLDER_GONE(Phase.FAILED, Reason.DELETED);

  private final Phase phase;
  private final Reason reason;

  Stop(Phase phase, Reason reason) {
    this.phase = phase;
    this.reason = reason;
  }

  Phase phase() {
    return phase;
  }

  Reason reason() {
    return reason;
  }

  String message(GpuJob job) {
    return switch (this) {
      case CANCEL -> "it was cancelled";
      case DEADLINE ->
          "it had not ended "
              + job.deadline().map(d -> d.toSeconds() + " s").orElse("")
              + " after its submission";
      case FOLDER_GONE -> "its folder was deleted";
    };
  }
}
