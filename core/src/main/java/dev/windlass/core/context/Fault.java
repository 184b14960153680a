package dev.windlass.core.context;

/**
 * Why a program fails, in a form that whoever follows the job can read. {@link
 * JobContext#reportFault} passes it on.
 *
 * @param kind for programs
 * @param message what happened, for people; without the last full stop
 * @param remedy what to do about it, in the same form; empty for the general remedy of its kind
 */
public record Fault(Kind kind, String message, String remedy) {
  /** The kinds, each of which is a reason of the same name in the job's status. */
  public enum Kind {
    /** The GPU's memory, or the part of it that the job may take, did not suffice. */
    GPU_OUT_OF_MEMORY,
    /** The GPU, its driver or a kernel failed in a way that the process cannot recover from. */
    GPU_FAULT,
    /** The node's driver does not serve the CUDA version that the program is built on. */
    DRIVER_MISMATCH
  }

  /** Two lines fit into the 4096 bytes that Kubernetes keeps: two processes may fail at once. */
  private static final int LINE = 2047;

  private static final int REMEDY = 500;

  /** It as one line, all in ASCII, without the end of line. What is too long is cut. */
  String line() {
    StringBuilder to = new StringBuilder(JobEnvironment.FAULT_PREFIX);
    to.append("{\"reason\":\"").append(kind).append("\",\"remedy\":");
    JsonText.quote(remedy, REMEDY, to);
    to.append(",\"message\":");
    JsonText.quote(message, LINE - to.length() - 1, to);
    return to.append('}').toString();
  }
}
