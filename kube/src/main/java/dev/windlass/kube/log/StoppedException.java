package dev.windlass.kube.log;

/** The reader of a log has closed it. Never leaves this package. */
final class StoppedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  StoppedException() {
    super("The log was closed", null, false, false);
  }
}
