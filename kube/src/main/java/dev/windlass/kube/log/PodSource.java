package dev.windlass.kube.log;

import io.fabric8.kubernetes.api.model.Pod;
import java.util.List;

/**
 * What is known of a job's pods. Asked a few times a second by several threads, so it must answer
 * from memory.
 */
public interface PodSource {
  /** All pods of the job known so far, those that are gone included with their last state. */
  List<Pod> pods();

  /**
   * Whether the job is final: no more pods will come.
   *
   * @throws dev.windlass.core.backend.BackendException if no more will be heard of the job
   */
  boolean finished();
}
