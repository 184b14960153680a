package dev.windlass.core.job;

/**
 * A secret of the job's namespace, one file for each key; always read-only.
 *
 * @param name the secret's name
 */
public record Secret(String name) implements MountSource {
  /** The secret of that name. */
  public static Secret of(String name) {
    return new Secret(name);
  }
}
