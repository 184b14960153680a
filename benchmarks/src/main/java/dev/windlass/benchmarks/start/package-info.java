/** From the start of a Java machine to a printed device query. */
@NullMarked
package dev.windlass.benchmarks.start;

import org.jspecify.annotations.NullMarked;
