package dev.windlass.core.backend;

import dev.windlass.core.job.ComputeCapability;
import dev.windlass.core.job.Memory;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The GPUs of a backend.
 *
 * @param nodes the machines that have GPUs, by name
 * @param notes what could not be found out and why, for people
 */
public record Inventory(List<Node> nodes, List<String> notes) {

  /** Copies the lists. */
  public Inventory {
    nodes = List.copyOf(nodes);
    notes = List.copyOf(notes);
  }

  /**
   * A machine with GPUs.
   *
   * @param name the machine's name
   * @param product the kind of GPU, if known
   * @param memory the memory of each GPU, if known
   * @param computeCapability the compute capability, if known
   * @param capacity GPUs that are there
   * @param allocatable GPUs that jobs can get: the others are broken or set aside
   * @param used GPUs that are given to pods or processes; empty if that cannot be seen
   * @param schedulable whether new jobs may come: ready and not cordoned
   */
  public record Node(
      String name,
      Optional<String> product,
      Optional<Memory> memory,
      Optional<ComputeCapability> computeCapability,
      int capacity,
      int allocatable,
      OptionalInt used,
      boolean schedulable) {

    /** GPUs that a job could get now; empty if what is used cannot be seen. */
    public OptionalInt free() {
      if (!schedulable) {
        return OptionalInt.of(0);
      }
      return used.isPresent()
          ? OptionalInt.of(Math.max(0, allocatable - used.getAsInt()))
          : OptionalInt.empty();
    }
  }

  /** All GPUs that jobs can get, used or not. */
  public int allocatable() {
    return nodes.stream().mapToInt(Node::allocatable).sum();
  }
}
