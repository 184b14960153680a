/**
 * Reads what a job's containers write, from the API server: {@link dev.windlass.kube.log.JobLogs}
 * opens the log of a job and {@link dev.windlass.kube.log.PodSource} tells it of the job's pods.
 * Each line comes once, whatever happens to the connection. The pure parts, from bytes to lines
 * ({@code LineSplitter}, {@code StampedLine}), from repeated lines to new ones ({@code SeenLines})
 * and both together ({@code LogAssembler}), know nothing of connections; {@code LogConnection} is
 * one request, {@code ContainerFollower} goes from request to request, and {@code LogCollector}
 * from container to container.
 */
@NullMarked
package dev.windlass.kube.log;

import org.jspecify.annotations.NullMarked;
