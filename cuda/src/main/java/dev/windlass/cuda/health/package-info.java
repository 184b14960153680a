/**
 * How GPUs are, from NVIDIA's management library: {@link dev.windlass.cuda.health.HealthMonitor}
 * reads, {@link dev.windlass.cuda.health.DeviceHealth} is what it reads, and each {@link
 * dev.windlass.cuda.health.Reading} may be missing with a reason. {@link
 * dev.windlass.cuda.health.Nvml} is the interface of the library's calls.
 */
@NullMarked
package dev.windlass.cuda.health;

import org.jspecify.annotations.NullMarked;
