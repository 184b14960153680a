package dev.windlass.cuda.availability;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Whether a driver serves what a CUDA toolkit built.
 *
 * <p>The rules are NVIDIA's. A driver always serves older toolkits. It serves a newer toolkit of
 * the same major version as well, if it is at least the first driver of that major version, but
 * then without what is new in the later minor version, and it does not read that toolkit's PTX;
 * machine code runs. There is no such help before CUDA 11. (The package cuda-compat in an image is
 * a driver library of its own, and shows up as that library's version.)
 */
public enum DriverFit {
  /** Everything works. */
  FULL,
  /** Machine code runs; PTX of this toolkit, and what is new in it, does not. */
  SAME_MAJOR_ONLY,
  /** Nothing runs. */
  TOO_OLD;

  /** By toolkit, the oldest Linux driver that has all of it. */
  private static final TreeMap<CudaVersion, DriverRelease> COMPLETE = new TreeMap<>();

  /** By major version, the oldest Linux driver that serves any of its toolkits. */
  private static final Map<Integer, DriverRelease> FIRST =
      Map.of(
          11, DriverRelease.parse("450.80.02"),
          12, DriverRelease.parse("525.60.13"),
          13, DriverRelease.parse("580.65.06"));

  static {
    String table =
        """
        13.2 595.45.04
        13.1 590.44.01
        13.0 580.65.06
        12.9 575.51.03
        12.8 570.26
        12.6 560.28.03
        12.5 555.42.02
        12.4 550.54.14
        12.3 545.23.06
        12.2 535.54.03
        12.1 530.30.02
        12.0 525.60.13
        11.8 520.61.05
        11.7 515.43.04
        11.6 510.39.01
        11.5 495.29.05
        11.4 470.42.01
        11.3 465.19.01
        11.2 460.27.03
        11.1 455.23
        11.0 450.51.05
        10.2 440.33
        10.1 418.39
        10.0 410.48
        """;
    table
        .lines()
        .map(line -> line.split(" "))
        .forEach(row -> COMPLETE.put(CudaVersion.parse(row[0]), DriverRelease.parse(row[1])));
  }

  /** Judges by the newest CUDA version that a driver knows, as the driver itself tells it. */
  public static DriverFit of(CudaVersion toolkit, CudaVersion driver) {
    if (driver.compareTo(toolkit) >= 0) {
      return FULL;
    }
    return toolkit.major() >= 11 && driver.major() == toolkit.major() ? SAME_MAJOR_ONLY : TOO_OLD;
  }

  /**
   * Judges by a driver's release.
   *
   * @return empty if the toolkit is not in the table and its major version is not either
   */
  public static Optional<DriverFit> of(CudaVersion toolkit, DriverRelease driver) {
    DriverRelease complete = COMPLETE.get(toolkit);
    if (complete != null && driver.compareTo(complete) >= 0) {
      return Optional.of(FULL);
    }
    DriverRelease first = FIRST.get(toolkit.major());
    if (first == null) {
      return complete == null ? Optional.empty() : Optional.of(TOO_OLD);
    }
    return Optional.of(driver.compareTo(first) >= 0 ? SAME_MAJOR_ONLY : TOO_OLD);
  }

  /** The oldest Linux driver that serves a toolkit at all; empty if that is not known here. */
  public static Optional<DriverRelease> oldestFor(CudaVersion toolkit) {
    return Optional.ofNullable(
        FIRST.containsKey(toolkit.major()) ? FIRST.get(toolkit.major()) : COMPLETE.get(toolkit));
  }
}
