package dev.windlass.core.jobfile;

import dev.windlass.core.job.GpuJob;
import java.util.List;

/**
 * A job that was read from a file.
 *
 * @param job the job
 * @param notes what the file says and the job cannot, one sentence each
 */
public record Imported(GpuJob job, List<String> notes) {
  /** Copies the list. */
  public Imported {
    notes = List.copyOf(notes);
  }
}
