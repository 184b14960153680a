/**
 * Runs Windlass's jobs on Kubernetes: {@code KubernetesBackend}. The way out is {@code render} (a
 * job becomes Kubernetes objects; a new kind of mount gets its volume there), the way back is
 * {@code follow} (shared watches), {@code status} (objects become a status; a new status reason is
 * recognised there) and {@code log}. Only this package and {@code render} are API.
 */
@NullMarked
package dev.windlass.kube;

import org.jspecify.annotations.NullMarked;
