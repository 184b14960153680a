package dev.windlass.core.local;

import dev.windlass.core.backend.BackendException;
import dev.windlass.core.job.GpuJob;
import dev.windlass.core.job.Sharing;
import dev.windlass.core.jobfile.JobFile;
import dev.windlass.core.jobfile.JobFileException;
import java.util.List;

/** Whether a job can run on this machine at all. */
final class Admission {
  private Admission() {}

  /**
   * The GPUs that will do for a job.
   *
   * @throws BackendException if it cannot run here
   */
  static List<Integer> eligible(GpuJob job, LocalMachine machine, String doing) {
    if (System.getProperty("os.name").startsWith("Windows")) {
      throw new BackendException(
          doing, "the local backend needs a POSIX shell", "Use WSL, or a cluster");
    }
    if (job.command().isEmpty()) {
      throw new BackendException(
          doing,
          "a local job needs a command: an image's own entry point cannot be known here",
          "Set the command");
    }
    if (!(job.gpu().sharing() instanceof Sharing.Exclusive)) {
      throw new BackendException(
          doing,
          "the local backend cannot share GPUs yet, as " + job.gpu().sharing() + " asks for",
          "Leave the sharing out");
    }
    List<Integer> eligible = machine.eligible(job.gpu());
    if (job.gpu().count() > eligible.size()) {
      throw new BackendException(
          doing,
          "it asks for "
              + job.gpu().count()
              + describeKind(job)
              + ", and on this machine there is "
              + machine.describe(),
          machine.gpus().isEmpty()
              ? "Ask for none, or simulate some: set WINDLASS_LOCAL_GPUS, or say so with"
                  + " simulatedGpus in Java or --simulated-gpus on the command line"
              : "Ask for what there is, or run it on a cluster");
    }
    try {
      var unusedJob = JobFile.read(JobFile.toJson(job), job.name());
    } catch (JobFileException e) {
      throw new BackendException(
          doing, e.problem(), "Mount less inline, and the rest from a folder", e);
    }
    var unusedPath = SupervisorProcess.classPath(doing);
    return eligible;
  }

  private static String describeKind(GpuJob job) {
    StringBuilder kind = new StringBuilder(job.gpu().count() == 1 ? " GPU" : " GPUs");
    job.gpu().product().ifPresent(p -> kind.append(" of product ").append(p));
    job.gpu().memory().ifPresent(m -> kind.append(" with at least ").append(m));
    job.gpu()
        .computeCapability()
        .ifPresent(c -> kind.append(" of compute capability ").append(c).append(" or more"));
    return kind.toString();
  }
}
