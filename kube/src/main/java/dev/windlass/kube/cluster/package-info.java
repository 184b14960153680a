/**
 * The connection to one cluster: where it is and who we are there, and what its refusals mean for
 * people.
 */
@NullMarked
package dev.windlass.kube.cluster;

import org.jspecify.annotations.NullMarked;
