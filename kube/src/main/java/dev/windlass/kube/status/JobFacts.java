package dev.windlass.kube.status;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.util.List;

/**
 * All that is known of one job at a moment.
 *
 * @param job the Job as it was last seen
 * @param deleted whether it has been deleted since
 * @param pods its pods, oldest first
 * @param warnings events of type Warning about the Job or its pods, oldest first
 */
public record JobFacts(Job job, boolean deleted, List<SeenPod> pods, List<Event> warnings) {

  /** Copies the lists. */
  public JobFacts {
    pods = List.copyOf(pods);
    warnings = List.copyOf(warnings);
  }
}
