/**
 * The description of a job: {@link dev.windlass.core.job.GpuJob} and the values it is made of. All
 * of it is immutable; what can be built is valid, by {@code JobRules}. A new kind of mount is a new
 * record of the sealed {@link dev.windlass.core.job.MountSource}, which lists the places that must
 * know it.
 */
@NullMarked
package dev.windlass.core.job;

import org.jspecify.annotations.NullMarked;
