/**
 * The GPU, from inside the pod. {@link dev.windlass.cuda.Cuda} is the way in.
 *
 * <p>This room has CUDA's own nouns: {@link dev.windlass.cuda.Device}, {@link
 * dev.windlass.cuda.DeviceContext}, {@link dev.windlass.cuda.Stream}, {@link
 * dev.windlass.cuda.Event}, {@link dev.windlass.cuda.DeviceMemory} by type of element, {@link
 * dev.windlass.cuda.HostMemory}, {@link dev.windlass.cuda.Module}, {@link
 * dev.windlass.cuda.Kernel}, {@link dev.windlass.cuda.Graph}.
 *
 * <p>The rooms below, of which none looks up: {@code availability} says whether CUDA can be used
 * and why not, {@code device} what devices there are, {@code health} how they are, {@code driver}
 * is the interface of the driver's calls, {@code memory} counts, watches and explains device
 * memory, {@code memory.pool} gives it out, {@code ptx} reads what kernels take, {@code compile}
 * turns CUDA C++ into machine code, and {@code javacpp} is NVIDIA's driver, compiler and NVML
 * behind the interfaces. Nothing outside {@code javacpp} touches native code.
 */
@NullMarked
package dev.windlass.cuda;

import org.jspecify.annotations.NullMarked;
