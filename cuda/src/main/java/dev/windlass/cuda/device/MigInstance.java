package dev.windlass.cuda.device;

import dev.windlass.core.job.Memory;
import java.util.Optional;

/**
 * A part of a GPU that is a CUDA device of its own: a compute instance in a GPU instance of MIG.
 *
 * @param uuid its name everywhere; {@code CUDA_VISIBLE_DEVICES} wants it with {@code MIG-} before
 * @param parent the GPU that it is a part of
 * @param number NVML's number of it on that GPU; the second number of {@code 0:1} in {@code
 *     NVIDIA_VISIBLE_DEVICES}
 * @param gpuInstance the number of its GPU instance, which has the memory
 * @param computeInstance the number of its compute instance in that, which has the multiprocessors
 * @param profile its size, for example {@code 1g.10gb}, where the driver tells it
 * @param memory the memory of its GPU instance, where the driver tells it
 */
public record MigInstance(
    DeviceUuid uuid,
    DeviceUuid parent,
    int number,
    int gpuInstance,
    int computeInstance,
    Optional<String> profile,
    Optional<Memory> memory) {
  /** One line for people: {@code MIG 1g.10gb, GPU instance 7, compute instance 0, MIG-8f6f...}. */
  @Override
  public String toString() {
    return "MIG %s, GPU instance %d, compute instance %d, %s"
        .formatted(
            profile.orElse("of unknown size"), gpuInstance, computeInstance, uuid.ofInstance());
  }
}
