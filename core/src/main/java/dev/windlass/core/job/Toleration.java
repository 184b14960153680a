package dev.windlass.core.job;

import java.util.Optional;

/**
 * Lets the job run on nodes with a matching taint.
 *
 * @param key the taint's key; empty for every taint
 * @param value the taint's value; empty for any value of the key
 * @param effect the taint's effect; empty for every effect
 */
public record Toleration(Optional<String> key, Optional<String> value, Optional<Effect> effect) {

  /** What a taint does to pods that do not tolerate it. */
  public enum Effect {
    /** New pods stay away. */
    NO_SCHEDULE,
    /** New pods go elsewhere if they can. */
    PREFER_NO_SCHEDULE,
    /** Running pods are evicted too. */
    NO_EXECUTE
  }

  /** Tolerates every taint with that key. */
  public static Toleration exists(String key) {
    return new Toleration(Optional.of(key), Optional.empty(), Optional.empty());
  }

  /** Tolerates taints with that key and value. */
  public static Toleration equal(String key, String value) {
    return new Toleration(Optional.of(key), Optional.of(value), Optional.empty());
  }

  /** The same for taints of one effect only. */
  public Toleration effect(Effect value) {
    return new Toleration(key, this.value, Optional.of(value));
  }
}
