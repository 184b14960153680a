package dev.windlass.core.local;

import dev.windlass.core.job.ComputeCapability;
import dev.windlass.core.job.Memory;
import java.util.Optional;

/**
 * A GPU of this machine.
 *
 * @param index its number, from 0, as {@code CUDA_VISIBLE_DEVICES} counts
 * @param product what it is
 * @param memory its memory, if known
 * @param computeCapability its compute capability, if known
 */
public record LocalGpu(
    int index,
    String product,
    Optional<Memory> memory,
    Optional<ComputeCapability> computeCapability) {}
