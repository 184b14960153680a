package dev.windlass.cuda.device;

import dev.windlass.core.job.ComputeCapability;
import dev.windlass.core.job.Memory;

/**
 * What a CUDA device is: a value that does not change while the process lives.
 *
 * @param index its number in this process
 * @param uuid its name everywhere
 * @param name its product name, for example {@code NVIDIA H100 80GB HBM3}
 * @param computeCapability its generation
 * @param memory all of its memory, also what others use
 * @param pci where it sits
 * @param multiprocessors how many streaming multiprocessors it has
 * @param clockKilohertz its highest clock
 * @param ecc whether its memory corrects errors
 * @param integrated whether it shares its memory with the host's processor
 * @param limits what a kernel may ask of it
 * @param features what not every device can do
 */
public record DeviceProperties(
    CudaIndex index,
    DeviceUuid uuid,
    String name,
    ComputeCapability computeCapability,
    Memory memory,
    PciAddress pci,
    int multiprocessors,
    int clockKilohertz,
    boolean ecc,
    boolean integrated,
    Limits limits,
    Features features) {
  /**
   * What a kernel may ask of a device.
   *
   * @param warpSize threads that run together
   * @param threadsPerBlock at most
   * @param threadsPerMultiprocessor at most
   * @param sharedMemoryPerBlock at most, without asking for more
   * @param sharedMemoryPerBlockOptIn at most, for a kernel that asks for more
   * @param sharedMemoryPerMultiprocessor of all blocks on it
   * @param l2Cache the cache that all share
   * @param memoryBusBits the width of the way to the memory
   */
  public record Limits(
      int warpSize,
      int threadsPerBlock,
      int threadsPerMultiprocessor,
      Memory sharedMemoryPerBlock,
      Memory sharedMemoryPerBlockOptIn,
      Memory sharedMemoryPerMultiprocessor,
      Memory l2Cache,
      int memoryBusBits) {}

  /**
   * What not every device can do.
   *
   * @param virtualMemory addresses and physical memory can be handled apart
   * @param memoryPools the driver has a stream-ordered allocator for it
   * @param cooperativeLaunch a kernel's whole grid can wait for each other
   */
  public record Features(boolean virtualMemory, boolean memoryPools, boolean cooperativeLaunch) {}

  /**
   * Its UUID as {@code CUDA_VISIBLE_DEVICES} takes it: {@code GPU-8f6f...}, or {@code MIG-8f6f...}
   * of a MIG instance, which the driver tells by the name ({@code ... MIG 1g.10gb}).
   */
  public String visibleUuid() {
    return name.contains(" MIG ") ? uuid.ofInstance() : uuid.ofGpu();
  }

  /**
   * One line for people, for example {@code 0: NVIDIA L4, 23034Mi, compute capability 8.9, ...}.
   */
  @Override
  public String toString() {
    return "%s: %s, %s, compute capability %s, %d SMs, %s, PCI %s"
        .formatted(index, name, memory, computeCapability, multiprocessors, visibleUuid(), pci);
  }
}
