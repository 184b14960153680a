package dev.windlass.cuda.health;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Whether a GPU can be worked with, and what is to be done where it cannot.
 *
 * @param level the worst of the findings
 * @param findings the worst first; empty if it is healthy
 */
public record Verdict(Level level, List<Finding> findings) {
  /** How good or bad it is, in this order. */
  public enum Level {
    /** Nothing is known against it. */
    HEALTHY,
    /** It works, not as well as it should or not for long. */
    DEGRADED,
    /** It does not work, or what it computes cannot be trusted. */
    BROKEN
  }

  /** What is found, for programs. */
  public enum Cause {
    /** It has fallen off the bus. */
    GPU_LOST,
    /** This container may no longer open the GPU's files. */
    DETACHED,
    /** NVML fails at every question about it. */
    NO_ANSWER,
    /** It has to be reset. */
    RESET_REQUIRED,
    /** The driver has reported an error that concerns the GPU, and not only a program. */
    XID,
    /** A bad row of its memory could not be remapped. */
    ROW_REMAPPING_FAILED,
    /** Bad rows or pages of its memory wait for a reset to be taken out of use. */
    MEMORY_REPAIR_PENDING,
    /** A part of its memory has no spare rows left. */
    NO_SPARE_ROWS,
    /** Errors of its memory were not corrected. */
    UNCORRECTED_ERRORS,
    /** Its clock is kept low for heat or power. */
    SLOWED_DOWN,
    /** It has fewer lanes to the machine than it could have. */
    FEW_PCIE_LANES,
    /** It is not connected to the switches of NVLink. */
    NO_FABRIC
  }

  /**
   * One thing that is wrong.
   *
   * @param level how bad it is
   * @param cause what it is, for programs
   * @param problem what it is, for people: a clause without a full stop
   * @param remedy what to do, in the same form
   */
  public record Finding(Level level, Cause cause, String problem, String remedy) {}

  /** Copies, the worst first. */
  public Verdict {
    findings = findings.stream().sorted(Comparator.comparing(Finding::level).reversed()).toList();
  }

  /** The verdict that these findings make. */
  static Verdict of(List<Finding> findings) {
    return new Verdict(
        findings.stream().map(Finding::level).max(Comparator.naturalOrder()).orElse(Level.HEALTHY),
        findings);
  }

  /** The worst finding. */
  public Optional<Finding> worst() {
    return findings.stream().findFirst();
  }
}
