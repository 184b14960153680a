package dev.windlass.core.job;

/**
 * A folder exported by an NFS server.
 *
 * @param server host name or address
 * @param path the exported folder, absolute
 */
public record Nfs(String server, String path) implements MountSource {
  /** The folder {@code path} of {@code server}. */
  public static Nfs of(String server, String path) {
    return new Nfs(server, path);
  }
}
