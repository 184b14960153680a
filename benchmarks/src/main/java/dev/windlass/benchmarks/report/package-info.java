/** Figures beside each other: tables for people, JSON for programs. */
@NullMarked
package dev.windlass.benchmarks.report;

import org.jspecify.annotations.NullMarked;
