package dev.windlass.cuda.driver;

import dev.windlass.core.WindlassException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A call of the driver failed. Where the failure costs the context as well, it is a {@link
 * CudaFatalException}; after every other one the program can go on.
 */
public class CudaException extends WindlassException {
  private static final long serialVersionUID = 1L;

  private final String call;
  private final String arguments;
  private final int code;

  CudaException(
      String call, String arguments, int code, String problem, @Nullable Throwable cause) {
    super(
        "calling " + call + (arguments.isEmpty() ? "" : "(" + arguments + ")"),
        problem,
        CudaError.of(code)
            .map(CudaError::remedy)
            .orElse("Look the number up under CUresult in the CUDA driver API's reference"),
        cause);
    this.call = call;
    this.arguments = arguments;
    this.code = code;
  }

  /**
   * The exception for a call whose arguments say nothing about the failure.
   *
   * @param call the driver's name of the call, for example {@code cuMemAlloc}
   * @param code what it returned, not 0
   * @return a {@link CudaFatalException} if the error is {@linkplain CudaError#sticky sticky}
   */
  public static CudaException of(String call, int code) {
    return of(call, code, "");
  }

  /**
   * The exception for a call.
   *
   * @param call the driver's name of the call, for example {@code cuMemAlloc}
   * @param code what it returned, not 0
   * @param arguments what it was called with, in words: {@code "1048576 bytes"}. To be put together
   *     after the call has failed, not before each call
   * @return a {@link CudaFatalException} if the error is {@linkplain CudaError#sticky sticky}
   */
  public static CudaException of(String call, int code, String arguments) {
    String problem = "the driver returned " + describe(code);
    return CudaError.of(code).filter(CudaError::sticky).isPresent()
        ? new CudaFatalException(call, arguments, code, problem, null)
        : new CudaException(call, arguments, code, problem, null);
  }

  /**
   * The exception for an error that {@link CudaError} does not know.
   *
   * @param words what the driver itself says that it is
   */
  public static CudaException ofUnknown(String call, int code, String words) {
    return new CudaException(call, "", code, "the driver returned " + words, null);
  }

  /** The error's name and what it means. */
  static String describe(int code) {
    return CudaError.of(code).map(e -> e + ": " + e.meaning()).orElse("error " + code);
  }

  /** The driver's name of the call. */
  public final String call() {
    return call;
  }

  /** What it was called with, in words; empty where that says nothing about the failure. */
  public final String arguments() {
    return arguments;
  }

  /** The number that the driver returned. */
  public final int code() {
    return code;
  }

  /** The error of that number, if it is known here. */
  public final Optional<CudaError> error() {
    return CudaError.of(code);
  }

  /** Whether the context can still be used. If not, nothing but a new process helps. */
  public final boolean contextUsable() {
    return !(this instanceof CudaFatalException);
  }
}
