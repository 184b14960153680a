package dev.windlass.cuda.health;

import dev.windlass.cuda.device.DeviceUuid;
import dev.windlass.cuda.health.DeviceHealth.Fabric;
import dev.windlass.cuda.health.DeviceHealth.PcieLink;
import dev.windlass.cuda.health.MemoryErrors.RemappedRows;
import dev.windlass.cuda.health.Reading.Missing;
import dev.windlass.cuda.health.Reading.Why;
import dev.windlass.cuda.health.Verdict.Cause;
import dev.windlass.cuda.health.Verdict.Finding;
import dev.windlass.cuda.health.Verdict.Level;
import dev.windlass.cuda.health.Xid.Fault;
import dev.windlass.cuda.health.Xid.Restart;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Judges a GPU by what is known of it.
 *
 * <p>What a GPU does not tell is nothing against it. An error of a program is none of the GPU's.
 */
final class Judgement {
  private static final Set<ClockReason> BAD_FOR_THE_CLOCK =
      EnumSet.of(
          ClockReason.TOO_HOT,
          ClockReason.MUCH_TOO_HOT,
          ClockReason.HARDWARE_SLOWDOWN,
          ClockReason.POWER_BRAKE);
  private static final String RESET =
      "Run the pod on another GPU, and reset this one ('nvidia-smi -r' on the node)";

  private final List<Finding> findings = new ArrayList<>();

  private Judgement() {}

  /**
   * Judges.
   *
   * @param gpu how it is
   * @param instance the MIG instance that matters, if it is one; errors of others do not count
   * @param events what the driver has reported; those of other GPUs do not count
   * @param detached whether this container may no longer open the GPUs' files
   */
  static Verdict of(
      DeviceHealth gpu, Optional<DeviceUuid> instance, List<XidEvent> events, boolean detached) {
    Judgement judgement = new Judgement();
    if (detached) {
      judgement.detached();
    }
    judgement.answers(gpu);
    events.stream()
        .filter(e -> e.uuid().equals(gpu.uuid()))
        .filter(e -> instance.isEmpty() || e.instance().isEmpty() || e.instance().equals(instance))
        .map(XidEvent::xid)
        .distinct()
        .forEach(judgement::xid);
    judgement.memory(gpu.errors());
    judgement.clock(gpu);
    judgement.connections(gpu);
    return Verdict.of(judgement.findings);
  }

  /** Of a GPU that does not even tell its UUID, or is not there any more. */
  static Verdict ofAbsent(Why why, boolean detached) {
    Judgement judgement = new Judgement();
    if (detached) {
      judgement.detached();
    }
    judgement.noAnswer(why == Why.RESET_REQUIRED || why == Why.GPU_LOST ? why : Why.FAILED);
    return Verdict.of(judgement.findings);
  }

  private void add(Level level, Cause cause, String problem, String remedy) {
    findings.add(new Finding(level, cause, problem, remedy));
  }

  private void detached() {
    add(
        Level.BROKEN,
        Cause.DETACHED,
        "The container may no longer open the GPU's files, as happens when 'systemctl"
            + " daemon-reload' is run on the node",
        "Make the pod anew. On the node, let the container runtime use CDI");
  }

  private void answers(DeviceHealth gpu) {
    List<Why> missing =
        Stream.of(
                gpu.celsius(),
                gpu.power().milliwatts(),
                gpu.memory(),
                gpu.utilization(),
                gpu.errors().sinceDriverStart(),
                gpu.clocks().reasons())
            .flatMap(r -> r instanceof Missing<?> m ? Stream.of(m.why()) : Stream.empty())
            .toList();
    for (Why why : List.of(Why.GPU_LOST, Why.RESET_REQUIRED)) {
      if (missing.contains(why)) {
        noAnswer(why);
      }
    }
    if (missing.size() == 6 && missing.stream().allMatch(Why.FAILED::equals)) {
      noAnswer(Why.FAILED);
    }
  }

  private void noAnswer(Why why) {
    if (why == Why.GPU_LOST) {
      add(
          Level.BROKEN,
          Cause.GPU_LOST,
          "The GPU has fallen off the bus",
          "Run the pod elsewhere, and restart the node; if it happens again, have the GPU replaced");
    } else if (why == Why.RESET_REQUIRED) {
      add(Level.BROKEN, Cause.RESET_REQUIRED, "The GPU has to be reset", RESET);
    } else {
      add(
          Level.BROKEN,
          Cause.NO_ANSWER,
          "NVML fails at every question about the GPU, as it does where a container has lost it",
          "Make the pod anew; if that does not help, look at 'nvidia-smi' on the node");
    }
  }

  private void xid(Xid xid) {
    boolean programs = xid.fault() == Fault.APPLICATION || xid.fault() == Fault.NOTICE;
    if (xid.restart().compareTo(Restart.POD) >= 0) {
      add(Level.BROKEN, Cause.XID, "The driver has reported " + xid, xid.remedy());
    } else if (!programs) {
      add(Level.DEGRADED, Cause.XID, "The driver has reported " + xid, xid.remedy());
    }
  }

  private void memory(MemoryErrors errors) {
    Optional<RemappedRows> rows = errors.remappedRows().value();
    if (rows.map(RemappedRows::failed).orElse(false)) {
      add(
          Level.BROKEN,
          Cause.ROW_REMAPPING_FAILED,
          "A bad row of the GPU's memory could not be remapped",
          "Run the pod on another GPU, and have this one replaced");
    }
    boolean pages = errors.retiredPages().value().map(p -> p.pending()).orElse(false);
    if (pages || rows.map(RemappedRows::pending).orElse(false)) {
      add(
          Level.DEGRADED,
          Cause.MEMORY_REPAIR_PENDING,
          "Bad " + (pages ? "pages" : "rows") + " of the GPU's memory wait to be taken out of use",
          "Reset the GPU when nothing runs on it ('nvidia-smi -r' on the node)");
    }
    errors
        .spareRows()
        .value()
        .filter(spare -> spare.none() > 0)
        .ifPresent(
            spare ->
                add(
                    Level.DEGRADED,
                    Cause.NO_SPARE_ROWS,
                    spare.none()
                        + (spare.none() == 1 ? " bank" : " banks")
                        + " of the GPU's memory without spare rows",
                    "Have the GPU replaced at a convenient time"));
    errors
        .sinceDriverStart()
        .value()
        .filter(ecc -> ecc.uncorrected() > 0)
        .ifPresent(
            ecc ->
                add(
                    Level.DEGRADED,
                    Cause.UNCORRECTED_ERRORS,
                    ecc.uncorrected()
                        + " errors of the GPU's memory were not corrected since its driver was"
                        + " loaded",
                    "If there are more each day, " + lower(RESET)));
  }

  private static String lower(String text) {
    return Character.toLowerCase(text.charAt(0)) + text.substring(1);
  }

  private void clock(DeviceHealth gpu) {
    Set<ClockReason> bad = EnumSet.noneOf(ClockReason.class);
    gpu.clocks().reasons().value().ifPresent(bad::addAll);
    bad.retainAll(BAD_FOR_THE_CLOCK);
    if (!bad.isEmpty()) {
      add(
          Level.DEGRADED,
          Cause.SLOWED_DOWN,
          "The GPU's clock is kept low ("
              + bad.stream().map(ClockReason::words).collect(Collectors.joining(", "))
              + gpu.celsius().value().map(c -> ", at " + c + " C").orElse("")
              + ")",
          "Look at the node's cooling and power supply");
    }
  }

  private void connections(DeviceHealth gpu) {
    Optional<Integer> lanes = gpu.pcie().now().value().map(PcieLink::lanes);
    Optional<Integer> best = gpu.pcie().best().value().map(PcieLink::lanes);
    if (lanes.isPresent() && best.isPresent() && lanes.get() < best.get()) {
      add(
          Level.DEGRADED,
          Cause.FEW_PCIE_LANES,
          "The GPU has " + lanes.get() + " of " + best.get() + " lanes to the machine",
          "Copies are slow; have the GPU's seat looked at");
    }
    gpu.fabric()
        .value()
        .filter(fabric -> fabric != Fabric.COMPLETED)
        .ifPresent(
            fabric ->
                add(
                    fabric == Fabric.FAILED ? Level.BROKEN : Level.DEGRADED,
                    Cause.NO_FABRIC,
                    switch (fabric) {
                      case FAILED -> "The fabric manager has failed to connect the GPU to NVLink";
                      case IN_PROGRESS -> "The fabric manager has yet to connect the GPU to NVLink";
                      default -> "The fabric manager has not begun to connect the GPU to NVLink";
                    },
                    "Start nvidia-fabricmanager on the node, in the driver's own version, and look"
                        + " at its log"));
  }
}
