package dev.windlass.core.backend;

/** There is no job of that name. */
public final class JobNotFoundException extends BackendException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception.
   *
   * @param name the job's name
   * @param where the backend, as it reads after "in"
   */
  public JobNotFoundException(String name, String where) {
    super(
        "looking for job '" + name + "'",
        "there is none of that name in " + where,
        "List the jobs there, or look in another place");
  }
}
