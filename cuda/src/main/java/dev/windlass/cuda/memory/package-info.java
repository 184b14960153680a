/**
 * Device memory: {@link dev.windlass.cuda.memory.DeviceAllocator} gives it out, and the other parts
 * watch and explain it. They stand around an allocator, in any order, as many as are wanted: {@link
 * dev.windlass.cuda.memory.Statistics} counts, {@link dev.windlass.cuda.memory.MemoryMetrics} tells
 * Micrometer, {@link dev.windlass.cuda.memory.AllocationTracker} knows who holds what, {@link
 * dev.windlass.cuda.memory.AllocationTrace} writes a trace that {@link
 * dev.windlass.cuda.memory.Replay} plays, {@link dev.windlass.cuda.memory.MemoryTimeline} draws,
 * and {@link dev.windlass.cuda.memory.FailureCallback} asks the program for memory before an
 * allocation fails with {@link dev.windlass.cuda.memory.OutOfDeviceMemoryException}. {@link
 * dev.windlass.cuda.memory.LeakDetector} watches objects rather than addresses.
 */
@NullMarked
package dev.windlass.cuda.memory;

import org.jspecify.annotations.NullMarked;
