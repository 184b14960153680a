/** Tests of the traces. */
@NullMarked
package dev.windlass.benchmarks.trace;

import org.jspecify.annotations.NullMarked;
