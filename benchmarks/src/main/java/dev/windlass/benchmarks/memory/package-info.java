/** What device memory costs: in time per call, and in bytes held for what is live. */
@NullMarked
package dev.windlass.benchmarks.memory;

import org.jspecify.annotations.NullMarked;
