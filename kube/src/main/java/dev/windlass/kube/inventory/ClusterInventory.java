package dev.windlass.kube.inventory;

import dev.windlass.core.backend.BackendException;
import dev.windlass.core.backend.Inventory;
import dev.windlass.core.job.ComputeCapability;
import dev.windlass.core.job.Memory;
import dev.windlass.kube.cluster.Call;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.api.model.ListOptions;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Counts the whole GPUs of a cluster, resource {@code nvidia.com/gpu}. What this user may not list
 * is named in the inventory's notes.
 */
public final class ClusterInventory {
  private static final String GPU = "nvidia.com/gpu";

  /** Pods that hold nothing any more do not count. */
  private static final String ACTIVE = "status.phase!=Succeeded,status.phase!=Failed";

  /** Objects in one answer: of large clusters, the whole list would be too large to hold. */
  private static final long PAGE = 500;

  private ClusterInventory() {}

  /**
   * The GPUs there are now.
   *
   * @throws BackendException if the cluster cannot be reached
   */
  public static Inventory of(KubernetesClient client) {
    List<String> notes = new ArrayList<>();
    List<Node> nodes = new ArrayList<>();
    if (!list(client, "nodes", o -> client.nodes().list(o), n -> addIfGpu(n, nodes), notes)
        || nodes.isEmpty()) {
      return new Inventory(List.of(), notes);
    }
    Map<String, Integer> used = new HashMap<>();
    boolean seen =
        list(
            client,
            "pods",
            o -> client.pods().inAnyNamespace().list(o),
            pod -> count(pod, used),
            notes);
    return new Inventory(
        nodes.stream()
            .map(n -> node(n, seen ? Optional.of(used) : Optional.empty()))
            .sorted(Comparator.comparing(Inventory.Node::name))
            .toList(),
        notes);
  }

  /** What a list call gives: a page of a list of Kubernetes. */
  private interface Pages<T extends HasMetadata> {
    KubernetesResourceList<T> get(ListOptions options);
  }

  /** Goes through all pages; false if this user may not. */
  private static <T extends HasMetadata> boolean list(
      KubernetesClient client,
      String resource,
      Pages<T> pages,
      Consumer<T> each,
      List<String> notes) {
    Call call = new Call("counting GPUs", "list", resource, "", client.getMasterUrl().toString());
    String next = null;
    do {
      ListOptionsBuilder options = new ListOptionsBuilder().withLimit(PAGE).withContinue(next);
      if (resource.equals("pods")) {
        options.withFieldSelector(ACTIVE);
      }
      try {
        var page = pages.get(options.build());
        page.getItems().forEach(each);
        next = page.getMetadata().getContinue();
      } catch (KubernetesClientException e) {
        if (e.getCode() != 403) {
          throw call.explain(e);
        }
        notes.add(
            "This user may not list "
                + resource
                + (resource.equals("pods")
                    ? ": what is used cannot be told"
                    : ": the GPUs cannot be counted"));
        return false;
      }
    } while (next != null && !next.isEmpty());
    return true;
  }

  private static void addIfGpu(Node node, List<Node> nodes) {
    if (node.getStatus() != null && amount(node.getStatus().getCapacity()) > 0) {
      nodes.add(node);
    }
  }

  private static void count(Pod pod, Map<String, Integer> used) {
    String node = pod.getSpec().getNodeName();
    int gpus = pod.getSpec().getContainers().stream().mapToInt(ClusterInventory::amount).sum();
    int init =
        pod.getSpec().getInitContainers().stream()
            .mapToInt(ClusterInventory::amount)
            .max()
            .orElse(0);
    if (node != null && Math.max(gpus, init) > 0) {
      used.merge(node, Math.max(gpus, init), Integer::sum);
    }
  }

  private static int amount(Container container) {
    return container.getResources() == null ? 0 : amount(container.getResources().getLimits());
  }

  private static int amount(@Nullable Map<String, Quantity> resources) {
    Quantity quantity = resources == null ? null : resources.get(GPU);
    return quantity == null ? 0 : quantity.getNumericalAmount().intValue();
  }

  private static Inventory.Node node(Node node, Optional<Map<String, Integer>> used) {
    Map<String, String> labels =
        Optional.ofNullable(node.getMetadata().getLabels()).orElse(Map.of());
    String name = node.getMetadata().getName();
    return new Inventory.Node(
        name,
        Optional.ofNullable(labels.get("nvidia.com/gpu.product")),
        number(labels, "nvidia.com/gpu.memory").map(Memory::mib),
        number(labels, "nvidia.com/gpu.compute.major")
            .filter(major -> major > 0)
            .map(
                major ->
                    ComputeCapability.of(
                        major.intValue(),
                        number(labels, "nvidia.com/gpu.compute.minor").orElse(0L).intValue())),
        amount(node.getStatus().getCapacity()),
        amount(node.getStatus().getAllocatable()),
        used.map(u -> OptionalInt.of(u.getOrDefault(name, 0))).orElse(OptionalInt.empty()),
        isSchedulable(node));
  }

  private static boolean isSchedulable(Node node) {
    boolean ready =
        node.getStatus().getConditions().stream()
            .anyMatch(c -> "Ready".equals(c.getType()) && "True".equals(c.getStatus()));
    return ready && !Boolean.TRUE.equals(node.getSpec().getUnschedulable());
  }

  private static Optional<Long> number(Map<String, String> labels, String key) {
    return Optional.ofNullable(labels.get(key))
        .filter(v -> v.matches("\\d{1,12}"))
        .map(Long::parseLong);
  }
}
