/** Tests of the pool over a device that checks every step, and over the fake driver in C. */
@NullMarked
package dev.windlass.cuda.memory.pool;

import org.jspecify.annotations.NullMarked;
