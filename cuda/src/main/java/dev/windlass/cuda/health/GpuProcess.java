package dev.windlass.cuda.health;

import dev.windlass.core.job.Memory;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A process that uses a GPU.
 *
 * @param pid its number; in a container it may be the node's, which means nothing there
 * @param kind how it uses the GPU
 * @param memory its memory on the GPU, where NVML tells it
 * @param gpuInstance the number of its GPU instance; empty without MIG
 * @param name its program, where a process of that number can be seen here to have a GPU open
 */
public record GpuProcess(
    int pid, Kind kind, Optional<Memory> memory, OptionalInt gpuInstance, Optional<String> name) {
  /** How a process uses a GPU. */
  public enum Kind {
    /** By CUDA. */
    COMPUTE,
    /** By CUDA, through the multi-process service MPS. */
    MPS,
    /** For pictures. */
    GRAPHICS
  }
}
