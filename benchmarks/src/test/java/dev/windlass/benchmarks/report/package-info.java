/** Tests of the tables. */
@NullMarked
package dev.windlass.benchmarks.report;

import org.jspecify.annotations.NullMarked;
