package dev.windlass.cuda.health;

import java.util.Optional;
import java.util.function.Supplier;

/**
 * What a device says of one thing, or why it says nothing: hardly any device supports all that NVML
 * can tell, and MIG devices support little.
 *
 * @param <T> what is read
 */
public sealed interface Reading<T> {
  /**
   * It was read.
   *
   * @param get the value
   */
  record Value<T>(T get) implements Reading<T> {}

  /**
   * It was not read.
   *
   * @param why why not
   */
  record Missing<T>(Why why) implements Reading<T> {}

  /** Why something was not read. */
  enum Why {
    /** The device cannot tell it. */
    NOT_SUPPORTED,
    /** This process may not know it. */
    NO_PERMISSION,
    /** The device does not answer at all any more. */
    GPU_LOST,
    /** The device is to be reset before it can tell. */
    RESET_REQUIRED,
    /** NVML failed in another way. */
    FAILED;

    static Why of(NvmlException e) {
      return switch (e.code()) {
        case NvmlException.NOT_SUPPORTED, NvmlException.FUNCTION_NOT_FOUND -> NOT_SUPPORTED;
        case NvmlException.NO_PERMISSION -> NO_PERMISSION;
        case NvmlException.GPU_IS_LOST -> GPU_LOST;
        case NvmlException.RESET_REQUIRED -> Why.RESET_REQUIRED;
        default -> FAILED;
      };
    }
  }

  /** What a call returns; if it fails, why. */
  static <T> Reading<T> of(Supplier<T> call) {
    try {
      return new Value<>(call.get());
    } catch (NvmlException e) {
      return new Missing<>(Why.of(e));
    }
  }

  /** The value, if there is one. */
  default Optional<T> value() {
    return this instanceof Value<T> v ? Optional.of(v.get()) : Optional.empty();
  }
}
