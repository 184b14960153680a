package dev.windlass.core.backend;

/** The name of a job is taken by another one. */
public final class JobConflictException extends BackendException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception.
   *
   * @param name the job's name
   * @param what what has the name, for example "a job with another description"
   */
  public JobConflictException(String name, String what) {
    super(
        "submitting job '" + name + "'",
        "the name is taken by " + what,
        "Choose another name, or call replace() if this job shall take its place");
  }
}
