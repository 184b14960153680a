package dev.windlass.cuda.driver;

import org.jspecify.annotations.Nullable;

/**
 * A failure that the context does not survive: the driver answers every later call of the process
 * with the same error, and nothing that is in the device's memory can be had any more. The call
 * that returned it is often not the one that caused it: work that was queued earlier was.
 *
 * <p>The process should end, so that something starts it anew. {@code dev.windlass.cuda.fault}
 * tells the job's status why it did.
 */
public final class CudaFatalException extends CudaException {
  private static final long serialVersionUID = 1L;

  CudaFatalException(
      String call, String arguments, int code, String problem, @Nullable Throwable cause) {
    super(call, arguments, code, problem, cause);
  }

  /**
   * The same failure, for a call that is not made because of it. This one becomes its cause.
   *
   * @param call the driver's name of the call that is refused
   */
  public CudaFatalException refusing(String call) {
    return new CudaFatalException(
        call,
        "",
        code(),
        "the context is lost since " + call() + " returned " + describe(code()),
        this);
  }
}
