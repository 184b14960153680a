package dev.windlass.core.context;

import java.util.Set;

/**
 * The contract between whoever starts a job and the program in it: the environment variables that a
 * backend sets and the lines that a program writes. {@link JobContext} reads and writes them for
 * Java.
 */
public final class JobEnvironment {
  /** The job's name. */
  public static final String JOB = "WINDLASS_JOB";

  /** How many attempts of this job failed before this one: 0 in the first. */
  public static final String FAILED_ATTEMPTS = "WINDLASS_FAILED_ATTEMPTS";

  /** Which replica this is, from 0. */
  public static final String REPLICA = "WINDLASS_REPLICA";

  /** How many replicas work together. */
  public static final String WORLD_SIZE = "WINDLASS_WORLD_SIZE";

  /** The folder with the job's data. */
  public static final String DATA_DIR = "WINDLASS_DATA_DIR";

  /** The folder for checkpoints. */
  public static final String CHECKPOINT_DIR = "WINDLASS_CHECKPOINT_DIR";

  /** The most bytes of each GPU's memory that the job may take. */
  public static final String GPU_MEMORY_LIMIT = "WINDLASS_GPU_MEMORY_LIMIT";

  /**
   * {@code true} if GPU memory is to be taken as it is needed, {@code false} if all at the start.
   */
  public static final String MEMORY_GROWTH = "WINDLASS_MEMORY_GROWTH";

  /** When the job is ended if it has not finished by then, as ISO 8601 in UTC. */
  public static final String DEADLINE = "WINDLASS_DEADLINE";

  /** Seconds between SIGTERM and SIGKILL. */
  public static final String TERMINATION_GRACE = "WINDLASS_TERMINATION_GRACE_SECONDS";

  /**
   * The file into which a program that fails may write why, see {@link #FAULT_PREFIX}. In a pod it
   * is the one that Kubernetes reads a termination message from.
   */
  public static final String FAULT_FILE = "WINDLASS_FAULT_FILE";

  /** All variables of the contract; a job's description may not set them itself. */
  public static final Set<String> NAMES =
      Set.of(
          JOB,
          FAILED_ATTEMPTS,
          REPLICA,
          WORLD_SIZE,
          DATA_DIR,
          CHECKPOINT_DIR,
          GPU_MEMORY_LIMIT,
          MEMORY_GROWTH,
          DEADLINE,
          TERMINATION_GRACE,
          FAULT_FILE);

  /** The mount path that is the data directory. */
  public static final String DATA_MOUNT = "/data";

  /** The mount path that is the checkpoint directory. */
  public static final String CHECKPOINT_MOUNT = "/checkpoints";

  /**
   * Begins a line on standard output that reports progress; the rest of the line is a JSON object
   * with {@code step}, {@code total} and {@code metrics} (an object of numbers).
   */
  public static final String PROGRESS_PREFIX = "::windlass-progress:: ";

  /**
   * Begins a line in the {@linkplain #FAULT_FILE fault file}; the rest of the line is a JSON object
   * with {@code reason} (the name of a {@link Fault.Kind}) and, if wanted, {@code message} and
   * {@code remedy} (texts). Of several lines the first counts, and only if the program ends with an
   * exit code other than 0. Only the last 4096 bytes of the file are read.
   */
  public static final String FAULT_PREFIX = "::windlass-fault:: ";

  private JobEnvironment() {}
}
