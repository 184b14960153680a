package dev.windlass.cuda.health;

import dev.windlass.core.WindlassException;
import org.jspecify.annotations.Nullable;

/** NVML cannot be used here. CUDA may well be. */
public final class HealthUnavailableException extends WindlassException {
  private static final long serialVersionUID = 1L;

  private final boolean gpuLost;

  HealthUnavailableException(
      String problem, String remedy, boolean gpuLost, @Nullable Throwable cause) {
    super("opening NVML", problem, remedy, cause);
    this.gpuLost = gpuLost;
  }

  /**
   * Whether the reason is that this container had a GPU and may no longer open it: nothing that
   * uses a GPU can start here again, and the pod has to be made anew.
   */
  public boolean gpuLost() {
    return gpuLost;
  }
}
