package dev.windlass.cuda.driver;

import dev.windlass.core.WindlassException;

/** A call of the driver failed. */
public final class CudaException extends WindlassException {
  private static final long serialVersionUID = 1L;

  private final int code;

  /**
   * Makes the exception.
   *
   * @param call the driver's name of the call, for example {@code cuMemAlloc}
   * @param code what it returned, not 0
   */
  public CudaException(String call, int code) {
    super(
        "calling " + call,
        "the driver returned "
            + CudaError.of(code).map(e -> e + ": " + e.meaning()).orElse("error " + code),
        CudaError.of(code)
            .map(CudaError::remedy)
            .orElse("Look the number up under CUresult in the CUDA driver API's reference"));
    this.code = code;
  }

  /** The number that the driver returned. */
  public int code() {
    return code;
  }
}
