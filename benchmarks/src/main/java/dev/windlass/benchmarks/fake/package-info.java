/** The fake driver that all measured calls end in, built from C when a run starts. */
@NullMarked
package dev.windlass.benchmarks.fake;

import org.jspecify.annotations.NullMarked;
