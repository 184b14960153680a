/**
 * How GPUs are, from NVIDIA's management library: {@link dev.windlass.cuda.health.HealthMonitor}
 * reads, {@link dev.windlass.cuda.health.DeviceHealth} is what it reads, and each {@link
 * dev.windlass.cuda.health.Reading} may be missing with a reason. It tells of each {@link
 * dev.windlass.cuda.health.Xid} as it happens, of the {@link dev.windlass.cuda.health.Topology},
 * and gives a {@link dev.windlass.cuda.health.Verdict} on a GPU.
 *
 * <p>{@link dev.windlass.cuda.health.Nvml} is the interface of the library's calls. What reads them
 * and what judges the readings are apart: the judgement is a function of values.
 */
@NullMarked
package dev.windlass.cuda.health;

import org.jspecify.annotations.NullMarked;
