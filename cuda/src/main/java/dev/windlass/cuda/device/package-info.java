/**
 * What devices there are: {@link dev.windlass.cuda.device.DeviceProperties}, {@link
 * dev.windlass.cuda.device.MigInstance}, and the four ways to point at one, which are types of
 * their own because they are not the same: its number in this process, its number in NVML, its
 * UUID, its place on the PCI bus. {@link dev.windlass.cuda.device.GivenDevices} and {@link
 * dev.windlass.cuda.device.CudaSelection} say which devices the lists in {@code
 * NVIDIA_VISIBLE_DEVICES} and {@code CUDA_VISIBLE_DEVICES} mean.
 */
@NullMarked
package dev.windlass.cuda.device;

import org.jspecify.annotations.NullMarked;
