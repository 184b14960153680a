package dev.windlass.cuda.health;

import dev.windlass.core.WindlassException;
import org.jspecify.annotations.Nullable;

/** NVML cannot be used here. CUDA may well be. */
public final class HealthUnavailableException extends WindlassException {
  private static final long serialVersionUID = 1L;

  HealthUnavailableException(String problem, String remedy, @Nullable Throwable cause) {
    super("opening NVML", problem, remedy, cause);
  }
}
