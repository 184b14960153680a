package dev.windlass.cuda.health;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The names of the sizes of MIG instances: {@code 1g.10gb} has one slice of the multiprocessors and
 * 10 GB; {@code 1c.3g.40gb} is a compute instance of one slice in a GPU instance of three.
 */
final class MigProfiles {
  private static final Pattern NAME = Pattern.compile(".*\\bMIG ((?:\\d+c\\.)?\\d+g\\.\\d+gb\\S*)");

  private MigProfiles() {}

  /** From the name of a MIG device: {@code NVIDIA A100-SXM4-40GB MIG 1g.5gb}. */
  static Optional<String> ofName(String deviceName) {
    Matcher m = NAME.matcher(deviceName);
    return m.matches() ? Optional.of(m.group(1)) : Optional.empty();
  }

  /**
   * From its parts. Memory comes in eighths of the GPU, and is named after those, not after what is
   * left of them for use.
   *
   * @param slices of the GPU instance
   * @param computeSlices of the compute instance
   * @param mebibytes of memory
   * @param gpuBytes the memory of the whole GPU
   */
  static String of(long slices, long computeSlices, long mebibytes, long gpuBytes) {
    double eighths = Math.ceil(8.0 * mebibytes * (1 << 20) / gpuBytes);
    long gpuGib = (gpuBytes + (1L << 30) - 1) >> 30;
    long gib = Math.round(eighths / 8 * gpuGib);
    return (computeSlices == slices ? "" : computeSlices + "c.") + slices + "g." + gib + "gb";
  }
}
