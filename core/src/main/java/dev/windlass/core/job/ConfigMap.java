package dev.windlass.core.job;

/**
 * A config map of the job's namespace, one file for each key; always read-only.
 *
 * @param name the config map's name
 */
public record ConfigMap(String name) implements MountSource {
  /** The config map of that name. */
  public static ConfigMap of(String name) {
    return new ConfigMap(name);
  }
}
