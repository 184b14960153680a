package dev.windlass.core.job;

/**
 * A persistent volume claim that exists in the job's namespace.
 *
 * @param name the claim's name
 */
public record PersistentVolumeClaim(String name) implements MountSource {
  /** The claim of that name. */
  public static PersistentVolumeClaim of(String name) {
    return new PersistentVolumeClaim(name);
  }
}
