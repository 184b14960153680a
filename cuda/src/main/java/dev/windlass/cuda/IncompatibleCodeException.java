package dev.windlass.cuda;

import dev.windlass.core.WindlassException;
import dev.windlass.cuda.availability.CudaVersion;
import dev.windlass.cuda.driver.CudaError;
import dev.windlass.cuda.driver.CudaException;
import dev.windlass.cuda.ptx.PtxFile;
import java.util.Optional;

/**
 * Code does not run on this device with this driver: PTX of a newer CUDA than the driver knows, or
 * machine code of another architecture.
 */
public final class IncompatibleCodeException extends WindlassException {
  private static final long serialVersionUID = 1L;

  private IncompatibleCodeException(
      String name, String problem, String remedy, CudaException cause) {
    super("loading '" + name + "'", problem, remedy, cause);
  }

  static boolean explains(CudaException e) {
    return e.error()
        .filter(
            error ->
                error == CudaError.UNSUPPORTED_PTX_VERSION
                    || error == CudaError.NO_BINARY_FOR_GPU
                    || error == CudaError.INVALID_PTX)
        .isPresent();
  }

  static IncompatibleCodeException of(
      String name,
      Optional<PtxFile> ptx,
      Optional<CudaVersion> compiler,
      CudaVersion driver,
      Device device,
      CudaException cause) {
    StringBuilder problem = new StringBuilder();
    problem.append(cause.problem()).append(". The driver knows CUDA ").append(driver);
    ptx.ifPresent(
        p -> {
          problem.append(", the PTX is of version ").append(p.version());
          p.version().firstCuda().ifPresent(c -> problem.append(" (CUDA ").append(c).append(')'));
          problem.append(" for ").append(p.target());
        });
    compiler.ifPresent(c -> problem.append(", compiled by NVRTC ").append(c));
    problem
        .append(", the device is a ")
        .append(device.name())
        .append(" of compute capability ")
        .append(device.computeCapability());
    String remedy =
        "Either give the node a driver for CUDA "
            + ptx.flatMap(p -> p.version().firstCuda())
                .or(() -> compiler)
                .map(v -> v + " or newer")
                .orElse("of the code's version")
            + ", or compile with a CUDA that is no newer than the driver's "
            + driver
            + "; from source, machine code (sm_%d%d) needs only the same major version"
                .formatted(device.computeCapability().major(), device.computeCapability().minor());
    return new IncompatibleCodeException(name, problem.toString(), remedy, cause);
  }
}
