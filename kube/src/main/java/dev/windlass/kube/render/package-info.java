/**
 * From a job to the Kubernetes objects that run it. Pure: no call leaves this package. A new kind
 * of mount gets its volume in {@code Volumes}.
 */
@NullMarked
package dev.windlass.kube.render;

import org.jspecify.annotations.NullMarked;
