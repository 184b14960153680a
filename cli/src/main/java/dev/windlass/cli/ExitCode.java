package dev.windlass.cli;

/** What the command ends with, for scripts. The table is in {@code docs/cli.md}. */
enum ExitCode {
  /** The job succeeded, or the command did what it was asked to. */
  OK(0, "the job succeeded, or the command is done"),
  /** The job failed. */
  JOB_FAILED(1, "the job failed"),
  /** Nothing was tried: the options or the job file are wrong. */
  USAGE(2, "wrong usage, or an invalid job file"),
  /** The backend refused, or could not be reached. */
  BACKEND(3, "the backend refused, or cannot be reached"),
  /** The job was cancelled. */
  JOB_CANCELLED(4, "the job was cancelled"),
  /** The time to wait was up. */
  TIMEOUT(5, "the time to wait was up; the job goes on"),
  /** There is no such job. */
  NO_SUCH_JOB(6, "there is no job of that name"),
  /** There is no GPU here, or it cannot be used. */
  NO_CUDA(7, "CUDA cannot be used here"),
  /** {@code windlass doctor} has found what is wrong. */
  CHECK_FAILED(8, "a check of windlass doctor has failed"),
  /** Something that windlass did not expect. */
  FAULT(70, "a fault of windlass itself"),
  /** Ctrl-C. The Java machine itself ends with this code. */
  INTERRUPTED(130, "Ctrl-C; a job that was submitted goes on");

  private final int code;
  private final String meaning;

  ExitCode(int code, String meaning) {
    this.code = code;
    this.meaning = meaning;
  }

  int code() {
    return code;
  }

  String meaning() {
    return meaning;
  }
}
