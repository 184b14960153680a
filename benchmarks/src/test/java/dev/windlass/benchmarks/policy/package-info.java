/** Tests of the policies against their published rules. */
@NullMarked
package dev.windlass.benchmarks.policy;

import org.jspecify.annotations.NullMarked;
