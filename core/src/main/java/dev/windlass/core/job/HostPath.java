package dev.windlass.core.job;

/**
 * A folder of the machine that the job runs on. Clusters that enforce the baseline or restricted
 * Pod Security Standard refuse it.
 *
 * @param path the folder, absolute
 */
public record HostPath(String path) implements MountSource {
  /** The folder at that path. */
  public static HostPath of(String path) {
    return new HostPath(path);
  }
}
