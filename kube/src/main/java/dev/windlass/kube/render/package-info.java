/**
 * From a job to the Kubernetes objects that run it. Pure: no call leaves this package. A new kind
 * of mount is rendered here.
 */
@NullMarked
package dev.windlass.kube.render;

import org.jspecify.annotations.NullMarked;
