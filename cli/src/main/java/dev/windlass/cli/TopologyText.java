package dev.windlass.cli;

import dev.windlass.cuda.device.DeviceProperties;
import dev.windlass.cuda.device.DeviceUuid;
import dev.windlass.cuda.health.Topology;
import dev.windlass.cuda.health.Topology.Gpu;
import dev.windlass.cuda.health.Topology.Way;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** How GPUs are connected, as a table: the words are those of {@code nvidia-smi topo -m}. */
final class TopologyText {
  private TopologyText() {}

  /** GPUs by NVML's numbers, which {@code nvidia-smi} has as well; CUDA's are in a column. */
  static Table table(Topology topology, DeviceReport report) {
    List<String> header = new ArrayList<>(List.of("GPU"));
    topology.gpus().forEach(gpu -> header.add(name(gpu)));
    header.addAll(List.of("CUDA", "NUMA", "PROCESSORS"));
    Table table = new Table(header.toArray(String[]::new));
    for (int i = 0; i < topology.gpus().size(); i++) {
      Gpu gpu = topology.gpus().get(i);
      List<String> row = new ArrayList<>(List.of(name(gpu)));
      for (int j = 0; j < topology.gpus().size(); j++) {
        row.add(i == j ? "X" : topology.way(i, j).toString());
      }
      row.add(cudaIndices(gpu.uuid(), report));
      row.add(gpu.numaNode().isPresent() ? "" + gpu.numaNode().getAsInt() : "");
      row.add(gpu.processors().orElse(""));
      table.row(row.toArray(String[]::new));
    }
    return table;
  }

  private static String name(Gpu gpu) {
    return "GPU" + gpu.index();
  }

  /** The CUDA devices that a GPU is, or that are parts of it. */
  private static String cudaIndices(DeviceUuid gpu, DeviceReport report) {
    return report.devices().stream()
        .filter(d -> report.health().gpu(d.uuid()).filter(h -> h.uuid().equals(gpu)).isPresent())
        .map(DeviceProperties::index)
        .map(Object::toString)
        .collect(Collectors.joining(","));
  }

  /** What the words mean that are in the table. */
  static String legend(Topology topology) {
    List<Way> ways = new ArrayList<>();
    for (int i = 0; i < topology.gpus().size(); i++) {
      for (int j = 0; j < topology.gpus().size(); j++) {
        if (i != j) {
          ways.add(topology.way(i, j));
        }
      }
    }
    Stream<String> paths =
        ways.stream()
            .filter(way -> way.nvLinks() == 0)
            .flatMap(way -> way.path().value().stream())
            .distinct()
            .sorted()
            .map(path -> path.code() + ": " + path.words());
    Stream<String> links =
        ways.stream().anyMatch(way -> way.nvLinks() > 0)
            ? Stream.of("NV#: # links of NVLink")
            : Stream.of();
    return Stream.concat(links, paths).collect(Collectors.joining("\n"));
  }
}
