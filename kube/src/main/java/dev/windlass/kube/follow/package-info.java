/**
 * Follows jobs from afar: one watch per namespace and kind ({@link
 * dev.windlass.kube.follow.NamespaceWatch}) feeds what is known of each job ({@link
 * dev.windlass.kube.follow.FollowedJob}); who only wants to look once takes {@link
 * dev.windlass.kube.follow.NamespaceLook}. What it means is {@code status}'s to say.
 */
@NullMarked
package dev.windlass.kube.follow;

import org.jspecify.annotations.NullMarked;
