package dev.windlass.core.local;

import dev.windlass.core.backend.Inventory;
import dev.windlass.core.job.GpuRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

/**
 * This machine and its GPUs.
 *
 * @param gpus those that jobs can get
 * @param notes what there is to say about them
 */
record LocalMachine(List<LocalGpu> gpus, List<String> notes) {
  static final String SIMULATED = "simulated";

  /** Asks the providers; if none finds a GPU, that many are simulated. */
  static LocalMachine look(int simulated) {
    List<LocalGpu> found = new ArrayList<>();
    List<String> notes = new ArrayList<>();
    try {
      ServiceLoader.load(LocalGpuProvider.class).forEach(p -> found.addAll(p.gpus()));
    } catch (ServiceConfigurationError | RuntimeException e) {
      notes.add("A provider of GPUs failed: " + e);
    }
    if (found.isEmpty()) {
      for (int i = 0; i < simulated; i++) {
        found.add(new LocalGpu(i, SIMULATED, Optional.empty(), Optional.empty()));
      }
      notes.add(
          simulated > 0
              ? "No GPU was found on this machine; "
                  + simulated
                  + " are simulated: jobs are given"
                  + " numbers, and no device"
              : "No GPU was found on this machine; WINDLASS_LOCAL_GPUS=1 simulates one");
    }
    return new LocalMachine(List.copyOf(found), List.copyOf(notes));
  }

  /** The numbers of the GPUs that will do. */
  List<Integer> eligible(GpuRequest request) {
    return gpus.stream()
        .filter(g -> request.product().isEmpty() || request.product().get().equals(g.product()))
        .filter(g -> atLeast(g.memory(), request.memory()))
        .filter(g -> atLeast(g.computeCapability(), request.computeCapability()))
        .map(LocalGpu::index)
        .toList();
  }

  private static <T extends Comparable<T>> boolean atLeast(Optional<T> has, Optional<T> wants) {
    return wants.isEmpty() || (has.isPresent() && has.get().compareTo(wants.get()) >= 0);
  }

  Inventory inventory(Collection<Integer> held) {
    Map<LocalGpu, List<LocalGpu>> kinds = new LinkedHashMap<>();
    for (LocalGpu gpu : gpus) {
      LocalGpu kind = new LocalGpu(0, gpu.product(), gpu.memory(), gpu.computeCapability());
      kinds.computeIfAbsent(kind, k -> new ArrayList<>()).add(gpu);
    }
    List<Inventory.Node> nodes = new ArrayList<>();
    kinds.forEach(
        (kind, same) -> {
          long used = same.stream().filter(g -> held.contains(g.index())).count();
          nodes.add(
              new Inventory.Node(
                  name(),
                  Optional.of(kind.product()),
                  kind.memory(),
                  kind.computeCapability(),
                  same.size(),
                  same.size(),
                  OptionalInt.of(Math.toIntExact(used)),
                  true));
        });
    return new Inventory(nodes, notes);
  }

  /** What there is, as it reads after "there is". */
  String describe() {
    if (gpus.isEmpty()) {
      return "no GPU";
    }
    Map<String, Integer> counts = new LinkedHashMap<>();
    gpus.forEach(
        g ->
            counts.merge(
                g.product()
                    + g.memory().map(m -> " with " + m).orElse("")
                    + g.computeCapability().map(c -> ", compute capability " + c).orElse(""),
                1,
                Integer::sum));
    List<String> parts = new ArrayList<>();
    counts.forEach((what, count) -> parts.add(count + " x " + what));
    return String.join("; ", parts);
  }

  /** The machine's name. */
  static String name() {
    try {
      return Files.readString(Path.of("/proc/sys/kernel/hostname")).trim();
    } catch (IOException e) {
      try {
        return InetAddress.getLocalHost().getHostName();
      } catch (UnknownHostException unknown) {
        return "localhost";
      }
    }
  }
}
