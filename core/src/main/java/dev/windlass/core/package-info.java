/**
 * What a GPU job is, what happened to it and where it can run; knows neither Kubernetes nor CUDA.
 *
 * <ul>
 *   <li>{@code job}: the description, {@link dev.windlass.core.job.GpuJob}, its values (memory,
 *       CPU, mounts, environment) and their validation. A new kind of mount begins here, as a new
 *       record that {@link dev.windlass.core.job.MountSource} permits; that interface lists the
 *       places that must know it.
 *   <li>{@code jobfile}: a job as YAML or JSON, its schema, and the import of Kubernetes manifests.
 *   <li>{@code backend}: what every place that runs jobs offers ({@link
 *       dev.windlass.core.backend.Backend}), and what it says about a job. A new status reason
 *       begins here, as a new constant of {@link dev.windlass.core.backend.Reason}; whichever
 *       backend can tell it apart then gives it.
 *   <li>{@code local}: the backend that runs jobs as processes of this machine.
 *   <li>{@code context}: what a program sees from inside a job; needs nothing but the JDK, so that
 *       it can be shipped alone.
 * </ul>
 *
 * This package itself holds only the root of all exceptions.
 */
@NullMarked
package dev.windlass.core;

import org.jspecify.annotations.NullMarked;
