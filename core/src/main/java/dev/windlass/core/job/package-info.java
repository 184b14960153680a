/**
 * The description of a job: {@link dev.windlass.core.job.GpuJob} and the values it is made of. All
 * of it is immutable; what can be built is valid.
 */
@NullMarked
package dev.windlass.core.job;

import org.jspecify.annotations.NullMarked;
