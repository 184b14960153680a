package dev.windlass.cuda.health;

import dev.windlass.cuda.device.DeviceUuid;
import dev.windlass.cuda.device.NvmlIndex;
import dev.windlass.cuda.device.PciAddress;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How the GPUs of a machine are connected with each other.
 *
 * @param gpus in NVML's order
 * @param ways from each GPU to each, in the same order; from a GPU to itself none is meant
 */
public record Topology(List<Gpu> gpus, List<List<Way>> ways) {
  /** Copies. */
  public Topology {
    gpus = List.copyOf(gpus);
    ways = ways.stream().map(List::copyOf).toList();
  }

  /** The way from one GPU to another, by their places in {@link #gpus}. */
  public Way way(int from, int to) {
    return ways.get(from).get(to);
  }

  /**
   * A GPU and what it is near to.
   *
   * @param index its number in NVML
   * @param uuid its name everywhere
   * @param pci where it sits
   * @param numaNode the NUMA node of the machine that it is at, where the kernel tells it
   * @param processors the machine's processors that are near, as the kernel writes them: {@code
   *     0-31,64-95}
   */
  public record Gpu(
      NvmlIndex index,
      DeviceUuid uuid,
      Optional<PciAddress> pci,
      OptionalInt numaNode,
      Optional<String> processors) {}

  /**
   * A way between two GPUs.
   *
   * @param path the way over the machine's buses
   * @param nvLinks how many links of NVLink there are beside it; 0 for none
   * @param throughSwitch whether they go through switches, and so serve all GPUs together
   */
  public record Way(Reading<Path> path, int nvLinks, boolean throughSwitch) {
    /** As {@code nvidia-smi topo -m} writes it: {@code NV18}, {@code PIX}, {@code SYS}. */
    @Override
    public String toString() {
      return nvLinks > 0 ? "NV" + nvLinks : path.value().map(Path::code).orElse("?");
    }
  }

  /** A way over the machine's buses, from short to long, with NVML's numbers. */
  public enum Path {
    /** Both are on one board. */
    SAME_BOARD(0, "PSB", "both on one board"),
    /** Through one PCIe switch. */
    ONE_SWITCH(10, "PIX", "through one PCIe switch"),
    /** Through several PCIe switches, not through a processor. */
    SEVERAL_SWITCHES(20, "PXB", "through several PCIe switches, no processor"),
    /** Through a processor's PCIe host bridge. */
    HOST_BRIDGE(30, "PHB", "through a processor's PCIe host bridge"),
    /** Through several host bridges of one NUMA node. */
    NUMA_NODE(40, "NODE", "through several host bridges of one NUMA node"),
    /** From one NUMA node to another. */
    SYSTEM(50, "SYS", "from one NUMA node to another");

    private final int number;
    private final String code;
    private final String words;

    Path(int number, String code, String words) {
      this.number = number;
      this.code = code;
      this.words = words;
    }

    /** The word of {@code nvidia-smi topo -m}. */
    public String code() {
      return code;
    }

    /** The same in words. */
    public String words() {
      return words;
    }

    static Path of(int number) {
      for (Path path : values()) {
        if (number <= path.number) {
          return path;
        }
      }
      return SYSTEM;
    }
  }
}
