package dev.windlass.kube.status;

import io.fabric8.kubernetes.api.model.Pod;

/**
 * A pod as it was last seen.
 *
 * @param pod its last known state
 * @param gone whether it has been deleted since
 */
public record SeenPod(Pod pod, boolean gone) {}
