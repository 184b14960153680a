/**
 * The GPU, from inside the pod. {@link dev.windlass.cuda.Cuda} is the way in.
 *
 * <p>The rooms: {@code availability} says whether CUDA can be used and why not, {@code device} what
 * devices there are, {@code health} how they are, {@code driver} is the interface of the driver's
 * calls, {@code ptx} reads what kernels take, {@code compile} turns CUDA C++ into machine code, and
 * {@code javacpp} is NVIDIA's driver, compiler and NVML behind the interfaces. Nothing outside
 * {@code javacpp} touches native code.
 */
@NullMarked
package dev.windlass.cuda;

import org.jspecify.annotations.NullMarked;
