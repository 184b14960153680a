package dev.windlass.core.job;

import java.util.Optional;

/**
 * How many GPUs of what kind a job needs.
 *
 * @param count GPUs in the job's container; 0 for a job without GPU
 * @param product the product as the node label {@code nvidia.com/gpu.product} writes it, for
 *     example {@code NVIDIA-H100-80GB-HBM3}
 * @param memory the least memory of each GPU; {@code Memory.gb(80)} is what is sold as 80 GB
 * @param computeCapability the least compute capability
 * @param sharing how the GPUs may be shared
 * @param memoryLimit the most memory of each GPU that Windlass's pools take in the pod; other
 *     frameworks do not look at it
 */
public record GpuRequest(
    int count,
    Optional<String> product,
    Optional<Memory> memory,
    Optional<ComputeCapability> computeCapability,
    Sharing sharing,
    Optional<Memory> memoryLimit) {

  /** So many whole GPUs of any kind. */
  public static GpuRequest of(int count) {
    return new GpuRequest(
        count,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Sharing.exclusive(),
        Optional.empty());
  }

  /**
   * The same with this product, written as the node label {@code nvidia.com/gpu.product} has it.
   */
  public GpuRequest product(String value) {
    return new GpuRequest(
        count, Optional.of(value), memory, computeCapability, sharing, memoryLimit);
  }

  /** The same with at least so much memory on each GPU. */
  public GpuRequest memoryAtLeast(Memory value) {
    return new GpuRequest(
        count, product, Optional.of(value), computeCapability, sharing, memoryLimit);
  }

  /** The same with at least this compute capability. */
  public GpuRequest computeCapabilityAtLeast(ComputeCapability value) {
    return new GpuRequest(count, product, memory, Optional.of(value), sharing, memoryLimit);
  }

  /** The same, shared in this way. */
  public GpuRequest sharing(Sharing value) {
    return new GpuRequest(count, product, memory, computeCapability, value, memoryLimit);
  }

  /** The same with at most so much of each GPU's memory for Windlass's pools. */
  public GpuRequest memoryLimit(Memory value) {
    return new GpuRequest(count, product, memory, computeCapability, sharing, Optional.of(value));
  }
}
