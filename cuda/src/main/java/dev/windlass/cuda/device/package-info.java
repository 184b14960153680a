/**
 * What devices there are: {@link dev.windlass.cuda.device.DeviceProperties}, and the four ways to
 * point at one, which are types of their own because they are not the same: its number in this
 * process, its number in NVML, its UUID, its place on the PCI bus.
 */
@NullMarked
package dev.windlass.cuda.device;

import org.jspecify.annotations.NullMarked;
