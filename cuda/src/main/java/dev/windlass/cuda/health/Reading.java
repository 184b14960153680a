package dev.windlass.cuda.health;

import java.util.Optional;

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
    /** NVML failed in another way. */
    FAILED
  }

  /** The value, if there is one. */
  default Optional<T> value() {
    return this instanceof Value<T> v ? Optional.of(v.get()) : Optional.empty();
  }
}
