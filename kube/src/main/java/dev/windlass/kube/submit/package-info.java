/**
 * What changes a job in the cluster: making it exactly once, cancelling it, giving it up, deleting
 * it.
 */
@NullMarked
package dev.windlass.kube.submit;

import org.jspecify.annotations.NullMarked;
