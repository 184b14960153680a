package dev.windlass.core.job;

import java.util.Optional;

/**
 * An empty folder that lives as long as one attempt of the job.
 *
 * @param medium what holds it
 * @param sizeLimit the most it may hold; what is kept in memory counts as the job's memory
 */
public record EmptyDir(Medium medium, Optional<Memory> sizeLimit) implements MountSource {

  /** What holds an empty folder. */
  public enum Medium {
    /** The node's disk. */
    DISK,
    /** The node's memory. */
    MEMORY
  }

  /** An empty folder on disk. */
  public static EmptyDir disk() {
    return new EmptyDir(Medium.DISK, Optional.empty());
  }

  /** An empty folder in memory of at most that size. */
  public static EmptyDir memory(Memory sizeLimit) {
    return new EmptyDir(Medium.MEMORY, Optional.of(sizeLimit));
  }

  /** The same with a limit on its size. */
  public EmptyDir sizeLimit(Memory limit) {
    return new EmptyDir(medium, Optional.of(limit));
  }
}
