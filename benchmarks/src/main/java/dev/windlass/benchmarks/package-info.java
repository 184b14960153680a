/**
 * Measures Windlass beside its peers, in one run on one machine.
 *
 * <p>The rooms: {@code trace} makes sequences of allocations as programs make them, {@code policy}
 * has other allocators' policies to compare with, {@code memory}, {@code launch} and {@code start}
 * are the benchmarks, {@code report} puts figures beside each other.
 */
@NullMarked
package dev.windlass.benchmarks;

import org.jspecify.annotations.NullMarked;
