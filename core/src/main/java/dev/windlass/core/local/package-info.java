/**
 * Jobs as processes of this machine. {@link dev.windlass.core.local.LocalBackend} makes a folder
 * for each job ({@code JobFolder}) and starts a {@code Supervisor}, a process of its own that
 * outlives the program that submitted. The supervisor takes GPUs through {@code GpuLeases}, makes
 * directories of the mounts ({@code LocalMounts}: a new kind of mount gets its directory there),
 * runs the attempts one after another ({@code AttemptRun}) and writes what happens into the job's
 * folder. Whoever follows the job, in whatever process, reads that folder and writes nothing into
 * it but the wish to cancel; one that finds no supervisor for a job that has not ended starts
 * another, which goes on where the last one was.
 *
 * <p>A process cannot see a folder at {@code /data}. So mount paths are rewritten to the folders
 * that stand for them, where they stand as whole paths in the command, the arguments, the working
 * directory and literal values of variables; a program finds its folders in the job environment.
 */
@NullMarked
package dev.windlass.core.local;

import org.jspecify.annotations.NullMarked;
