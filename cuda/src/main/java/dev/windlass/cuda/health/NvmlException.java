package dev.windlass.cuda.health;

import dev.windlass.core.WindlassException;
import java.util.Map;

/** A call of NVML failed. */
public final class NvmlException extends WindlassException {
  private static final long serialVersionUID = 1L;

  /** NVML's numbers that have a meaning here. */
  static final int NOT_SUPPORTED = 3;

  static final int NO_PERMISSION = 4;
  static final int DRIVER_NOT_LOADED = 9;
  static final int FUNCTION_NOT_FOUND = 13;
  static final int GPU_IS_LOST = 15;
  static final int RESET_REQUIRED = 16;
  static final int VERSION_MISMATCH = 18;
  static final int UNKNOWN = 999;

  private static final Map<Integer, String> MEANINGS =
      Map.of(
          1,
          "it was not initialised",
          2,
          "an argument is wrong",
          NOT_SUPPORTED,
          "the device does not support this",
          NO_PERMISSION,
          "this process may not do this",
          DRIVER_NOT_LOADED,
          "the kernel's driver is not loaded",
          GPU_IS_LOST,
          "the GPU has fallen off the bus",
          RESET_REQUIRED,
          "the GPU must be reset",
          VERSION_MISMATCH,
          "the library is not of the release that the kernel has",
          UNKNOWN,
          "it failed without a reason");

  private final int code;

  /**
   * Makes the exception.
   *
   * @param call NVML's name of the call
   * @param code what it returned, not 0
   */
  public NvmlException(String call, int code) {
    super(
        "calling " + call,
        "NVML returned error " + code + clause(MEANINGS.getOrDefault(code, "")),
        remedy(code));
    this.code = code;
  }

  private static String clause(String meaning) {
    return meaning.isEmpty() ? "" : ": " + meaning;
  }

  private static String remedy(int code) {
    return switch (code) {
      case DRIVER_NOT_LOADED -> "Load it on the node ('modprobe nvidia'), or ask for a GPU";
      case GPU_IS_LOST -> "The node must be restarted, or the GPU replaced";
      case RESET_REQUIRED -> "Reset it on the node ('nvidia-smi -r'), or restart the node";
      case VERSION_MISMATCH -> "Restart the node after a driver update";
      default ->
          "Look at 'nvidia-smi' in the same place; if it fails too, and worked before, the container"
              + " has lost its GPU and must be made anew";
    };
  }

  /** The number that NVML returned. */
  public int code() {
    return code;
  }
}
