/**
 * Whether CUDA can be used on a machine, and if not, why and what to do: judged from what can be
 * seen in files and variables, and from the code with which the driver refuses to start.
 *
 * <p>{@link dev.windlass.cuda.availability.CudaEnvironment} is all that is looked at, {@link
 * dev.windlass.cuda.availability.Diagnosis} the judgement, {@link
 * dev.windlass.cuda.availability.Availability} the answer. Which driver serves which toolkit is in
 * {@link dev.windlass.cuda.availability.DriverFit}.
 */
@NullMarked
package dev.windlass.cuda.availability;

import org.jspecify.annotations.NullMarked;
