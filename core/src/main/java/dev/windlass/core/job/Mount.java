package dev.windlass.core.job;

/**
 * Storage that the job's program sees as a folder.
 *
 * @param source what is there
 * @param path where the program sees it: an absolute path with {@code /} between its parts
 * @param readOnly whether the program may only read it; config maps, secrets and inline files
 *     always are
 */
public record Mount(MountSource source, String path, boolean readOnly) {
  /** Drops slashes at the end of the path: {@code /data/} is {@code /data}. */
  public Mount {
    while (path.length() > 1 && path.endsWith("/")) {
      path = path.substring(0, path.length() - 1);
    }
  }
}
