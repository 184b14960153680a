package dev.windlass.cuda.health;

import dev.windlass.cuda.device.NvmlIndex;
import dev.windlass.cuda.health.Reading.Why;

/**
 * A GPU that NVML counts and that does not even tell its UUID.
 *
 * @param index its number in NVML
 * @param why why not
 */
public record SilentGpu(NvmlIndex index, Why why) {}
