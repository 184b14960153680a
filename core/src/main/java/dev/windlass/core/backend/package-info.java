/**
 * What every place that runs jobs offers: {@link dev.windlass.core.backend.Backend} takes jobs,
 * {@link dev.windlass.core.backend.JobHandle} follows one, {@link
 * dev.windlass.core.backend.JobStatus} says what became of it. A new reason for a job's state is a
 * new constant of {@link dev.windlass.core.backend.Reason}, with a row in {@code docs/status.md}.
 * The backend that can tell it apart gives it: {@code Supervisor} and {@code NotRunnableException}
 * in {@code local}, package {@code status} in windlass-kube. One that only the program itself can
 * know is also a {@code Fault.Kind} in {@code context}, which {@code FaultLine} reads.
 */
@NullMarked
package dev.windlass.core.backend;

import org.jspecify.annotations.NullMarked;
