/**
 * Jobs as processes of this machine. {@link dev.windlass.core.local.LocalBackend} makes a folder
 * for each job and starts a {@code Supervisor}, a process of its own that outlives the program that
 * submitted. The supervisor takes GPUs through {@code GpuLeases}, makes directories of the mounts
 * ({@code LocalMounts}: a new kind of mount gets its directory there), runs the command and writes
 * what happens into the {@code JobFolder}. Whoever follows the job, in whatever process, reads that
 * folder and nothing else.
 */
@NullMarked
package dev.windlass.core.local;

import org.jspecify.annotations.NullMarked;
