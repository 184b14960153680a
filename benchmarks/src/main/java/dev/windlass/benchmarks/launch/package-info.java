/** What a kernel launch costs from Java. */
@NullMarked
package dev.windlass.benchmarks.launch;

import org.jspecify.annotations.NullMarked;
