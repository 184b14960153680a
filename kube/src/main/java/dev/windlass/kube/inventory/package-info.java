/** The GPUs of a cluster: what nodes offer and what pods hold. */
@NullMarked
package dev.windlass.kube.inventory;

import org.jspecify.annotations.NullMarked;
