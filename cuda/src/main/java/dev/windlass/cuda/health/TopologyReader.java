package dev.windlass.cuda.health;

import dev.windlass.cuda.device.PciAddress;
import dev.windlass.cuda.health.Reading.Value;
import dev.windlass.cuda.health.Topology.Gpu;
import dev.windlass.cuda.health.Topology.Way;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Asks NVML how GPUs are connected, and the kernel which processors they are near to.
 *
 * <p>NVML tells of each link of a GPU what is at its other end: another GPU, by its address, or a
 * switch. Which GPU is behind a switch it does not tell; all GPUs with links to switches are on the
 * same ones, so two of them have as many links to each other as the one that has fewer.
 */
final class TopologyReader {
  private final Nvml nvml;
  private final java.nio.file.Path pciDevices;

  /**
   * Makes a reader.
   *
   * @param nvml initialised
   * @param pciDevices what stands for {@code /sys/bus/pci/devices}
   */
  TopologyReader(Nvml nvml, java.nio.file.Path pciDevices) {
    this.nvml = nvml;
    this.pciDevices = pciDevices;
  }

  /** The links of a GPU that are up: to switches, and by address to other GPUs. */
  private record Links(int toSwitches, Map<PciAddress, Integer> toGpus) {}

  Topology read(List<Roster.Gpu> places) {
    List<Gpu> gpus = new ArrayList<>();
    List<Links> links = new ArrayList<>();
    for (Roster.Gpu place : places) {
      gpus.add(gpu(place));
      links.add(links(place.handle()));
    }
    List<List<Way>> ways = new ArrayList<>();
    for (int i = 0; i < places.size(); i++) {
      List<Way> row = new ArrayList<>();
      for (int j = 0; j < places.size(); j++) {
        row.add(
            i == j
                ? new Way(new Value<>(Topology.Path.SAME_BOARD), 0, false)
                : way(places.get(i), places.get(j), links.get(i), links.get(j), gpus.get(j)));
      }
      ways.add(row);
    }
    return new Topology(gpus, ways);
  }

  private Way way(Roster.Gpu from, Roster.Gpu to, Links links, Links backLinks, Gpu toGpu) {
    int direct = toGpu.pci().map(pci -> links.toGpus().getOrDefault(pci, 0)).orElse(0);
    int switched = Math.min(links.toSwitches(), backLinks.toSwitches());
    return new Way(
        Reading.of(() -> Topology.Path.of(nvml.commonAncestor(from.handle(), to.handle()))),
        direct > 0 ? direct : switched,
        direct == 0 && switched > 0);
  }

  private Links links(long handle) {
    int toSwitches = 0;
    Map<PciAddress, Integer> toGpus = new HashMap<>();
    for (int i = 0; i < NvmlLinks.MAX_LINKS; i++) {
      int link = i;
      if (!Reading.of(() -> nvml.nvLinkActive(handle, link)).value().orElse(false)) {
        continue; // not there, or down
      }
      int remote = Reading.of(() -> nvml.nvLinkRemoteType(handle, link)).value().orElse(-1);
      if (remote == NvmlLinks.REMOTE_SWITCH) {
        toSwitches++;
      } else if (remote == NvmlLinks.REMOTE_GPU) {
        Reading.of(() -> PciAddress.parse(nvml.nvLinkRemotePci(handle, link)))
            .value()
            .ifPresent(pci -> toGpus.merge(pci, 1, Integer::sum));
      }
    }
    return new Links(toSwitches, toGpus);
  }

  private Gpu gpu(Roster.Gpu place) {
    Optional<PciAddress> pci =
        Reading.of(() -> PciAddress.parse(nvml.pciBusId(place.handle()))).value();
    OptionalInt node =
        pci.flatMap(p -> text(p, "numa_node"))
            .filter(text -> text.matches("\\d{1,6}")) // -1: the machine has no such nodes
            .map(text -> OptionalInt.of(Integer.parseInt(text)))
            .orElse(OptionalInt.empty());
    return new Gpu(
        place.index(),
        place.uuid(),
        pci,
        node,
        pci.flatMap(p -> text(p, "local_cpulist")).filter(text -> !text.isEmpty()));
  }

  private Optional<String> text(PciAddress pci, String file) {
    try {
      return Optional.of(
          Files.readString(
                  pciDevices.resolve(pci.toString()).resolve(file), StandardCharsets.US_ASCII)
              .strip());
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
