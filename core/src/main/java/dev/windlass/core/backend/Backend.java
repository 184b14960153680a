package dev.windlass.core.backend;

import dev.windlass.core.job.GpuJob;
import java.util.List;

/**
 * A place where jobs run. Safe for use by several threads. Closing it stops following jobs; it ends
 * none of them.
 */
public interface Backend extends AutoCloseable {

  /**
   * Submits a job, once: if a job of that name with the same description is there already, running
   * or finished, its handle is returned and nothing is started. So a submit whose answer was lost
   * can be repeated.
   *
   * @throws JobConflictException if there is a job of that name with another description
   * @throws BackendException if the backend refuses the job or cannot be reached
   */
  JobHandle submit(GpuJob job);

  /**
   * Deletes the job of that name, if there is one, waits until it is gone, and submits this one.
   *
   * @throws BackendException if the backend refuses the job or cannot be reached
   */
  JobHandle replace(GpuJob job);

  /**
   * The handle of a job that any program submitted.
   *
   * @throws JobNotFoundException if there is no job of that name
   * @throws BackendException if the backend cannot be reached
   */
  JobHandle attach(String name);

  /**
   * The state of all jobs that Windlass submitted here, newest first.
   *
   * @throws BackendException if the backend cannot be reached
   */
  List<JobStatus> list();

  /**
   * The GPUs there are.
   *
   * @throws BackendException if the backend cannot be reached
   */
  Inventory gpus();

  /** Stops following jobs and frees what that took. Handles of this backend are of no more use. */
  @Override
  void close();
}
