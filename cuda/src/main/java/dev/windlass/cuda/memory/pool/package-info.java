/**
 * Where device memory comes from. {@link dev.windlass.cuda.memory.pool.MemoryPool} is the pool that
 * grows, over virtual memory or over segments; {@link dev.windlass.cuda.memory.pool.CudaPool} is
 * the driver's own; {@link dev.windlass.cuda.memory.pool.DirectAllocator} has none.
 *
 * <p>The pool is a policy. It stands on two small interfaces, {@link
 * dev.windlass.cuda.memory.pool.PhysicalMemory} (or {@link dev.windlass.cuda.memory.pool.Segments})
 * and {@link dev.windlass.cuda.memory.pool.StreamOrder}, so that the same code serves a driver and
 * a test that checks every step.
 */
@NullMarked
package dev.windlass.cuda.memory.pool;

import org.jspecify.annotations.NullMarked;
