package dev.windlass.cuda.device;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What {@code NVIDIA_VISIBLE_DEVICES} says: which GPUs NVIDIA's container runtime gave to this
 * container when it was made. To change the variable later changes nothing. Numbers in it are those
 * of {@code nvidia-smi} on the node: in the container the GPUs are numbered anew, from 0.
 *
 * @param meaning what is given
 * @param entries the devices of a list, without what the container device interface (CDI) puts
 *     before their names
 */
public record GivenDevices(Meaning meaning, List<String> entries) {
  /** The folder that a device plugin mounts files into which are named like devices. */
  private static final String MOUNTS = "/var/run/nvidia-container-devices";

  /** What is given. */
  public enum Meaning {
    /** The variable is not set: the GPUs came, if any, by CDI or as plain device files. */
    NOT_SET,
    /** Nothing, not even the driver: it is empty or {@code void}. */
    NOTHING,
    /** The driver's libraries and no GPU: it is {@code none}. */
    DRIVER_ONLY,
    /** All GPUs of the node, whatever the job asked for: it is {@code all}. */
    ALL,
    /** The GPUs of a list. */
    LISTED,
    /** The GPUs that the device plugin names by files that it mounts. */
    BY_MOUNTS
  }

  /**
   * What an entry stands for.
   *
   * @param entry the entry
   * @param devices the devices; of a split GPU all its instances; empty if it names none
   * @param words the same for people
   */
  public record Match(String entry, List<DeviceUuid> devices, String words) {
    /** Copies. */
    public Match {
      devices = List.copyOf(devices);
    }
  }

  /** Copies. */
  public GivenDevices {
    entries = List.copyOf(entries);
  }

  /** Reads the variable; empty if it is not set. */
  public static GivenDevices parse(Optional<String> value) {
    if (value.isEmpty()) {
      return new GivenDevices(Meaning.NOT_SET, List.of());
    }
    List<String> entries =
        Stream.of(value.get().split(",", -1))
            .map(String::strip)
            .map(entry -> entry.substring(entry.lastIndexOf('=') + 1)) // nvidia.com/gpu=0
            .toList();
    if (entries.contains("all")) {
      return new GivenDevices(Meaning.ALL, List.of());
    }
    if (entries.contains("none")) {
      return new GivenDevices(Meaning.DRIVER_ONLY, List.of());
    }
    if (value.get().isBlank() || entries.contains("void")) {
      return new GivenDevices(Meaning.NOTHING, List.of());
    }
    if (entries.get(0).startsWith(MOUNTS)) {
      return new GivenDevices(Meaning.BY_MOUNTS, List.of());
    }
    return new GivenDevices(
        Meaning.LISTED, entries.stream().filter(entry -> !entry.isEmpty()).toList());
  }

  /** What is given, in words: a clause without a full stop. */
  public String explain() {
    return switch (meaning) {
      case NOT_SET -> "not set: GPUs come by the container device interface, if at all";
      case NOTHING -> "nothing is given, not even the driver";
      case DRIVER_ONLY -> "the driver is given, and no GPU";
      case ALL -> "all GPUs of the node are given";
      case BY_MOUNTS -> "the GPUs are given by files in " + MOUNTS;
      case LISTED ->
          entries.size()
              + (entries.size() == 1 ? " device is given" : " devices are given")
              + (entries.stream().anyMatch(DeviceNames::isNumber)
                  ? ", by their numbers on the node"
                  : "");
    };
  }

  /** Whether a number is among the entries: it says nothing of which GPU that is here. */
  public boolean hasNumbers() {
    return entries.stream().anyMatch(DeviceNames::isNumber);
  }

  /**
   * What each entry of a list stands for.
   *
   * @param gpus those of the node, in the order of {@code nvidia-smi}; where no entry is a number,
   *     those of the container do
   */
  public List<Match> resolve(List<GpuIdentity> gpus) {
    List<Match> matches = new ArrayList<>();
    for (String entry : entries) {
      if (!DeviceNames.isName(entry)) {
        matches.add(new Match(entry, List.of(), "is no name of a device"));
        continue;
      }
      List<DeviceUuid> found = DeviceNames.find(entry, gpus);
      if (found.size() == 1) {
        List<DeviceUuid> parts = parts(found.get(0), gpus);
        matches.add(
            parts.isEmpty()
                ? new Match(entry, found, "is " + found.get(0))
                : new Match(
                    entry, parts, "is " + found.get(0) + " with its " + parts.size() + " parts"));
      } else {
        matches.add(
            new Match(
                entry,
                List.of(),
                found.isEmpty() ? "is not there" : "fits " + found.size() + " devices"));
      }
    }
    return matches;
  }

  private static List<DeviceUuid> parts(DeviceUuid gpu, List<GpuIdentity> gpus) {
    return gpus.stream()
        .filter(g -> g.uuid().equals(gpu))
        .flatMap(g -> g.instances().stream())
        .map(MigInstance::uuid)
        .toList();
  }
}
