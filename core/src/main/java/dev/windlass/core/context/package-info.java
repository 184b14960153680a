/**
 * What a program sees from inside a job, and what it can say to whoever follows the job: progress,
 * and why it fails. The names of the environment variables and the form of the lines are in {@link
 * dev.windlass.core.context.JobEnvironment}; a program in another language can use them as well.
 *
 * <p>Needs nothing but the JDK: this package alone can be shipped into a pod.
 */
@NullMarked
package dev.windlass.core.context;

import org.jspecify.annotations.NullMarked;
