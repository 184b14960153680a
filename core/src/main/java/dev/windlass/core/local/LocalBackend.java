package dev.windlass.core.local;

import dev.windlass.core.backend.Backend;
import dev.windlass.core.backend.BackendException;
import dev.windlass.core.backend.Inventory;
import dev.windlass.core.backend.JobConflictException;
import dev.windlass.core.backend.JobHandle;
import dev.windlass.core.backend.JobNotFoundException;
import dev.windlass.core.backend.JobStatus;
import dev.windlass.core.job.GpuJob;
import dev.windlass.core.jobfile.JobFile;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs jobs as processes of this machine, with nothing installed and no server. Each job has a
 * folder, and a small process that supervises it and outlives the program that submitted: any
 * program of the same user can attach to the job by its name.
 *
 * <p>What differs from a container:
 *
 * <ul>
 *   <li>The image is ignored; the command is a program of this machine. It inherits the environment
 *       of the program that submitted, and to its {@code PATH} the running Java's folder is added.
 *   <li>A mount is a folder of this machine. Its path is rewritten to that folder where it stands
 *       as a whole path in the command, the arguments, the working directory and literal values of
 *       variables: with {@code /data} mounted, {@code --in=/data/x} becomes {@code
 *       --in=/home/me/.windlass/volumes/.../x}, while {@code /database} and {@code s3://b/data}
 *       stay. What a program itself says, in its code or files, is not rewritten: it finds the
 *       folders in {@code WINDLASS_DATA_DIR} and {@code WINDLASS_CHECKPOINT_DIR}.
 *   <li>NFS exports and volume claims are folders under {@code volumes}, shared by name and kept; a
 *       host path is the path itself; secrets and config maps are folders under {@code secrets} and
 *       {@code config-maps}, with a file for each key, and must be there. Read-only mounts are not
 *       enforced.
 *   <li>CPU, memory and disk are not limited. A program without a working directory of its own
 *       starts in an empty folder.
 *   <li>Command and arguments can be seen by every user of this machine, as those of any program,
 *       and so can literal values of variables whose names hold more than letters, digits and '_'.
 *   <li>GPUs are numbers: a job sees those it was given in {@code CUDA_VISIBLE_DEVICES}.
 *   <li>What is wrong with mounts, configuration or command ends the job at once.
 * </ul>
 *
 * Everything lies under {@code $WINDLASS_HOME}, else {@code ~/.windlass}, which must be on a disk
 * of this machine and is readable by this user only. Needs a POSIX system. On Linux no process of a
 * job outlives it; elsewhere one whose parent has ended can escape.
 *
 * <p>The times of log lines are exact to some 50 milliseconds, as long as the job's supervisor
 * lives; lines that were written while it was gone have the time of the last of them. Lines of
 * standard output and standard error are in order each, but among one another only as exactly as
 * their times.
 */
public final class LocalBackend implements Backend {
  private static final Logger log = LoggerFactory.getLogger(LocalBackend.class);

  private final LocalHome home;
  private final LocalMachine machine;
  private final GpuLeases leases;
  private final Following following = new Following();

  private LocalBackend(LocalHome home, LocalMachine machine) {
    this.home = home;
    this.machine = machine;
    this.leases = new GpuLeases(home, Optional.empty());
    home.sweep();
  }

  /** The backend of this user, with this machine's GPUs. */
  public static LocalBackend open() {
    return builder().open();
  }

  /** A backend with settings of its own. */
  public static Builder builder() {
    return new Builder();
  }

  /** Settings of a local backend. Not safe for use by several threads at once. */
  public static final class Builder {
    private Optional<Path> home = Optional.empty();
    private OptionalInt simulatedGpus = OptionalInt.empty();

    private Builder() {}

    /** Sets the folder under which everything is kept. */
    public Builder home(Path value) {
      home = Optional.of(value);
      return this;
    }

    /**
     * Sets how many GPUs are simulated where the machine has none, instead of {@code
     * $WINDLASS_LOCAL_GPUS}, else 0. Jobs are given their numbers, and no device.
     *
     * @throws IllegalArgumentException if that is less than 0
     */
    public Builder simulatedGpus(int value) {
      if (value < 0) {
        throw new IllegalArgumentException("0 GPUs or more can be simulated, not " + value);
      }
      simulatedGpus = OptionalInt.of(value);
      return this;
    }

    /**
     * Opens it.
     *
     * @throws BackendException if {@code $WINDLASS_LOCAL_GPUS} is no number
     */
    public LocalBackend open() {
      int simulated = simulatedGpus.isPresent() ? simulatedGpus.getAsInt() : fromEnvironment();
      return new LocalBackend(
          home.map(LocalHome::new).orElseGet(LocalHome::standard), LocalMachine.look(simulated));
    }

    private static int fromEnvironment() {
      String set = System.getenv("WINDLASS_LOCAL_GPUS");
      if (set == null || set.isBlank()) {
        return 0;
      }
      if (!set.trim().matches("[0-9]{1,4}")) {
        throw new BackendException(
            "opening the local backend",
            "the variable WINDLASS_LOCAL_GPUS is '" + set + "', which is no number of GPUs",
            "Set it to 0 or more, or unset it");
      }
      return Integer.parseInt(set.trim());
    }
  }

  @Override
  public JobHandle submit(GpuJob job) {
    String doing = "submitting job '" + job.name() + "'";
    checkOpen(doing);
    home.sweep();
    String digest = JobFile.digest(job);
    try {
      while (true) {
        Optional<JobHandle> there = join(job.name(), digest);
        if (there.isPresent()) {
          return there.get();
        }
        Submission submission = admit(job, digest, doing);
        JobFolder folder = home.folder(job.name());
        if (folder.create(job, submission)) {
          if (submission.gpus() > 0) {
            // Its place in the queue is that of its submission, however fast its supervisor starts.
            var unused = leases.ask(job.name(), submission);
          }
          SupervisorProcess.start(folder);
          return handle(folder, submission);
        }
      }
    } catch (IOException e) {
      throw failed(doing, e);
    }
  }

  /** The job that has the name already, if it is the same. */
  private Optional<JobHandle> join(String name, String digest) throws IOException {
    Optional<JobFolder> folder = home.find(name);
    if (folder.isEmpty()) {
      return Optional.empty();
    }
    Submission submission;
    try {
      submission = folder.get().submission();
    } catch (NoSuchFileException e) {
      // Deleted in this instant, or half deleted by hand.
      if (folder.get().deleteUnsupervised()) {
        return Optional.empty();
      }
      throw e;
    }
    if (!submission.digest().equals(digest)) {
      throw new JobConflictException(name, "a job with another description");
    }
    SupervisorProcess.ensure(folder.get());
    return Optional.of(handle(folder.get(), submission));
  }

  private JobHandle handle(JobFolder folder, Submission submission) throws IOException {
    JobStatus status = folder.latest().orElseGet(() -> JobFolder.queued(folder.name(), submission));
    return new LocalJob(folder, submission, status, following);
  }

  /** What is settled at submission. */
  private Submission admit(GpuJob job, String digest, String doing) {
    List<Integer> eligible = Admission.eligible(job, machine, doing);
    job.image().ifPresent(i -> log.info("Job {} runs without its image {}", job.name(), i));
    return new Submission(
        UUID.randomUUID().toString(),
        digest,
        Instant.now(),
        job.gpu().count(),
        job.gpu().count() == 0 ? List.of() : eligible,
        job.ttlAfterFinished());
  }

  @Override
  public JobHandle replace(GpuJob job) {
    String doing = "replacing job '" + job.name() + "'";
    checkOpen(doing);
    var unused = Admission.eligible(job, machine, doing);
    try {
      Optional<JobFolder> there = home.find(job.name());
      if (there.isPresent()) {
        handle(there.get(), there.get().submission()).delete();
      }
    } catch (NoSuchFileException e) {
      // Gone in this instant.
    } catch (IOException e) {
      throw failed(doing, e);
    }
    return submit(job);
  }

  @Override
  public JobHandle attach(String name) {
    String doing = "attaching to job '" + name + "'";
    checkOpen(doing);
    JobFolder folder =
        home.find(name).orElseThrow(() -> new JobNotFoundException(name, home.jobs().toString()));
    try {
      JobHandle handle = handle(folder, folder.submission());
      SupervisorProcess.ensure(folder);
      return handle;
    } catch (NoSuchFileException e) {
      throw new JobNotFoundException(name, home.jobs().toString());
    } catch (IOException e) {
      throw failed(doing, e);
    }
  }

  @Override
  public List<JobStatus> list() {
    checkOpen("listing jobs");
    home.sweep();
    List<JobStatus> all = new ArrayList<>();
    try {
      for (JobFolder folder : home.all()) {
        Optional<JobStatus> status = folder.latest();
        if (status.isPresent()) {
          SupervisorProcess.ensure(folder);
          all.add(status.get());
        }
      }
    } catch (IOException e) {
      throw failed("listing jobs", e);
    }
    all.sort(Comparator.comparing(JobStatus::submittedAt).reversed());
    return all;
  }

  @Override
  public Inventory gpus() {
    checkOpen("counting GPUs");
    try {
      return machine.inventory(machine.gpus().isEmpty() ? List.of() : leases.held());
    } catch (IOException e) {
      throw failed("counting GPUs", e);
    }
  }

  private void checkOpen(String doing) {
    if (following.isClosed()) {
      throw new BackendException(doing, "this backend was closed", "Open another one");
    }
  }

  private BackendException failed(String doing, IOException e) {
    return new BackendException(
        doing,
        "files under " + home.root() + " cannot be used: " + e,
        "Check that the folder is yours and that its disk has room, or set WINDLASS_HOME",
        e);
  }

  @Override
  public void close() {
    following.close();
  }
}
