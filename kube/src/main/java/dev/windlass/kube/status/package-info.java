/**
 * From the Kubernetes objects of a job to its status. Pure: no call leaves this package. {@link
 * dev.windlass.kube.status.JobView} merges what is seen of the objects, in whatever order it comes;
 * {@link dev.windlass.kube.status.StatusReducer} says what it means; {@link
 * dev.windlass.kube.status.PodReader} what one pod means. A new status reason, which is a new
 * constant in {@code core.backend}, is told from the others here: by the words of Kubernetes in
 * {@code KubernetesWords}, by the state of a pod in {@code PodReader}, by that of the Job in {@code
 * StatusReducer}. One that only the program can know is said by it in its termination message,
 * which {@code core.backend.FaultLine} reads for {@code PodReader}. A reason for which a pod cannot
 * start has a line in {@code StatusReducer.startDeadline} as well.
 */
@NullMarked
package dev.windlass.kube.status;

import org.jspecify.annotations.NullMarked;
