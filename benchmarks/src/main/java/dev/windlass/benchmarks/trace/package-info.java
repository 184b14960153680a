/** Sequences of allocations and frees, made from seeds in the shape of real programs. */
@NullMarked
package dev.windlass.benchmarks.trace;

import org.jspecify.annotations.NullMarked;
