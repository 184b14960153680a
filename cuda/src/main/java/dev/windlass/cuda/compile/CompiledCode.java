package dev.windlass.cuda.compile;

import dev.windlass.cuda.availability.CudaVersion;
import java.util.Map;
import java.util.Optional;

/**
 * A program that is compiled.
 *
 * @param name the source's name
 * @param ptx the PTX; the kernels' signatures are read from it
 * @param cubin machine code, where there is some for the device
 * @param loweredNames names of kernels in the code, by those in C++ that were asked for
 * @param log what the compiler said, warnings at most
 * @param compiler the version of NVRTC
 */
public record CompiledCode(
    String name,
    String ptx,
    Optional<byte[]> cubin,
    Map<String, String> loweredNames,
    String log,
    CudaVersion compiler) {
  /** Copies the names. */
  public CompiledCode {
    loweredNames = Map.copyOf(loweredNames);
  }
}
