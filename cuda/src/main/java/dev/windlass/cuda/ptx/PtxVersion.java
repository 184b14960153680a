package dev.windlass.cuda.ptx;

import dev.windlass.cuda.availability.CudaVersion;
import java.util.Optional;

/**
 * A version of PTX, for example 9.1. A driver takes PTX up to the version of its own CUDA.
 *
 * @param major the first number
 * @param minor the second number
 */
public record PtxVersion(int major, int minor) {
  /**
   * The first CUDA whose drivers take it, from the table "PTX Release History" of NVIDIA's PTX
   * manual; empty for versions that are older or newer than that table.
   */
  public Optional<CudaVersion> firstCuda() {
    return Optional.ofNullable(
        switch (major) {
          case 9 -> new CudaVersion(13, minor);
          case 8 ->
              switch (minor) {
                case 0, 1, 2, 3, 4, 5 -> new CudaVersion(12, minor);
                case 6, 7, 8 -> new CudaVersion(12, minor + 1);
                default -> null;
              };
          case 7 -> new CudaVersion(11, minor);
          default -> null;
        });
  }

  @Override
  public String toString() {
    return major + "." + minor;
  }
}
