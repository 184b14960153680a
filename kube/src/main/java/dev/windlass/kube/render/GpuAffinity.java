package dev.windlass.kube.render;

import dev.windlass.core.job.ComputeCapability;
import dev.windlass.core.job.GpuRequest;
import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.AffinityBuilder;
import io.fabric8.kubernetes.api.model.NodeSelectorRequirement;
import io.fabric8.kubernetes.api.model.NodeSelectorTerm;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The kind of GPU as a requirement on the labels that NVIDIA's GPU feature discovery puts on nodes
 * ({@code docs/gpu-feature-discovery} of k8s-device-plugin). A node without these labels does not
 * match.
 */
final class GpuAffinity {
  private static final String PRODUCT = "nvidia.com/gpu.product";

  /** Memory of one GPU in MiB. */
  private static final String MEMORY = "nvidia.com/gpu.memory";

  private static final String MAJOR = "nvidia.com/gpu.compute.major";
  private static final String MINOR = "nvidia.com/gpu.compute.minor";

  private GpuAffinity() {}

  /** The requirement; empty if any kind will do. */
  static Optional<Affinity> of(GpuRequest gpu) {
    List<NodeSelectorRequirement> kind = new ArrayList<>();
    gpu.product().ifPresent(p -> kind.add(in(PRODUCT, p)));
    gpu.memory().ifPresent(m -> kind.add(atLeast(MEMORY, m.toMibRoundedUp())));
    List<NodeSelectorTerm> terms = new ArrayList<>();
    if (gpu.computeCapability().isEmpty()) {
      if (!kind.isEmpty()) {
        terms.add(new NodeSelectorTerm(kind, null));
      }
    } else {
      ComputeCapability least = gpu.computeCapability().get();
      if (least.minor() == 0) {
        terms.add(term(kind, atLeast(MAJOR, least.major())));
      } else {
        // Terms are alternatives: a later generation, or this one with at least that minor number.
        terms.add(term(kind, atLeast(MAJOR, least.major() + 1L)));
        terms.add(
            term(kind, in(MAJOR, Integer.toString(least.major())), atLeast(MINOR, least.minor())));
      }
    }
    if (terms.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new AffinityBuilder()
            .withNewNodeAffinity()
            .withNewRequiredDuringSchedulingIgnoredDuringExecution()
            .withNodeSelectorTerms(terms)
            .endRequiredDuringSchedulingIgnoredDuringExecution()
            .endNodeAffinity()
            .build());
  }

  private static NodeSelectorTerm term(
      List<NodeSelectorRequirement> kind, NodeSelectorRequirement... more) {
    List<NodeSelectorRequirement> all = new ArrayList<>(kind);
    all.addAll(List.of(more));
    return new NodeSelectorTerm(all, null);
  }

  private static NodeSelectorRequirement in(String label, String value) {
    return new NodeSelectorRequirement(label, "In", List.of(value));
  }

  /** Kubernetes knows only "greater than". */
  private static NodeSelectorRequirement atLeast(String label, long value) {
    return new NodeSelectorRequirement(label, "Gt", List.of(Long.toString(value - 1)));
  }
}
