/**
 * How a failure of the GPU leaves the pod. {@link dev.windlass.cuda.fault.GpuFaults} turns an
 * exception that ends the program into the reason of its job's status, and tells a liveness probe
 * that the GPU is lost to this process. {@code CudaFaults} says which exceptions those are.
 */
@NullMarked
package dev.windlass.cuda.fault;

import org.jspecify.annotations.NullMarked;
