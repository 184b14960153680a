/** A driver library in C that stands in for NVIDIA's, and the Java side of it. */
@NullMarked
package dev.windlass.cuda.fake;

import org.jspecify.annotations.NullMarked;
