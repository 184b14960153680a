package dev.windlass.core.job;

/**
 * Storage that the job's program sees as a folder.
 *
 * @param source what is there
 * @param path where the program sees it: an absolute path with {@code /} between its parts
 * @param readOnly whether the program may only read it; config maps, secrets and inline files
 *     always are
 */
public record Mount(MountSource source, String path, boolean readOnly) {}
