package dev.windlass.core.job;

import dev.windlass.core.jobfile.Imported;
import dev.windlass.core.jobfile.KubernetesManifest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Work that ends: what to run, on what, with what at hand. Immutable; one that exists is valid.
 *
 * <pre>{@code
 * GpuJob job = GpuJob.builder("tensorflow-training")
 *     .image("tensorflow-training:latest")
 *     .command("python", "/app/train.py")
 *     .gpus(1)
 *     .memoryGrowth(true)
 *     .mount(Nfs.of("nfs-server.default.svc.cluster.local", "/exports"), "/data")
 *     .build();
 * }</pre>
 *
 * Two mount paths have a meaning for programs that use {@code JobContext}: {@code /data} is the
 * data directory and {@code /checkpoints} the checkpoint directory ({@code /data/checkpoints} if
 * only {@code /data} is mounted).
 *
 * @param name the job's name, unique within its namespace; also how it is found again
 * @param namespace the Kubernetes namespace, if not the backend's own
 * @param image the container image; not needed where jobs run as processes
 * @param imagePullPolicy when the image is asked of the registry, if not the cluster's default
 * @param imagePullSecrets names of secrets with registry credentials
 * @param command the program and its first arguments; empty for the image's own entry point
 * @param args further arguments
 * @param workingDir the working directory, absolute, if not the image's own
 * @param env environment variables in order of definition
 * @param gpu the GPUs
 * @param cpu CPU reserved for the job
 * @param memory memory reserved for the job and the most it may use; includes what is in {@code
 *     /dev/shm}
 * @param ephemeralStorage scratch disk reserved for the job and the most it may use
 * @param sharedMemory size of {@code /dev/shm}; if empty, a GPU job gets half of {@code memory}, or
 *     8 GiB where that is not set
 * @param mounts storage that the program sees as folders
 * @param memoryGrowth whether GPU memory is taken as it is needed instead of all at the start, for
 *     Windlass's own pools, TensorFlow, JAX and PyTorch
 * @param retries how often a failed attempt is tried again; preemption and drained nodes do not
 *     count
 * @param deadline the most time from submission to the end, waiting and retries included
 * @param startDeadline how long an attempt may be stuck on an image, a mount or a configuration
 *     that cannot be had, before the job fails with that reason; enforced while a backend follows
 *     the job
 * @param ttlAfterFinished how long a finished job is kept, if not until it is deleted
 * @param terminationGrace time between SIGTERM and SIGKILL when the job is stopped
 * @param runAsUser the user id to run as; 0 is root; if empty, the image's user, which must not be
 *     root
 * @param serviceAccount the Kubernetes service account, whose token is then mounted
 * @param priorityClass the Kubernetes priority class
 * @param nodeSelector labels that the node must have
 * @param tolerations taints the job may run beside; {@code nvidia.com/gpu} is tolerated anyway
 * @param labels labels for all that is made for the job
 * @param annotations annotations for all that is made for the job
 */
public record GpuJob(
    String name,
    Optional<String> namespace,
    Optional<String> image,
    Optional<ImagePullPolicy> imagePullPolicy,
    List<String> imagePullSecrets,
    List<String> command,
    List<String> args,
    Optional<String> workingDir,
    Map<String, EnvValue> env,
    GpuRequest gpu,
    Optional<Cpu> cpu,
    Optional<Memory> memory,
    Optional<Memory> ephemeralStorage,
    Optional<Memory> sharedMemory,
    List<Mount> mounts,
    boolean memoryGrowth,
    int retries,
    Optional<Duration> deadline,
    Duration startDeadline,
    Optional<Duration> ttlAfterFinished,
    Duration terminationGrace,
    OptionalLong runAsUser,
    Optional<String> serviceAccount,
    Optional<String> priorityClass,
    Map<String, String> nodeSelector,
    List<Toleration> tolerations,
    Map<String, String> labels,
    Map<String, String> annotations) {

  /** The start deadline of a job that sets none: 10 minutes. */
  public static final Duration DEFAULT_START_DEADLINE = Duration.ofMinutes(10);

  /** The termination grace of a job that sets none: 30 seconds. */
  public static final Duration DEFAULT_TERMINATION_GRACE = Duration.ofSeconds(30);

  /**
   * Copies the collections and checks everything.
   *
   * @throws InvalidJobException naming all that is wrong
   */
  public GpuJob {
    imagePullSecrets = List.copyOf(imagePullSecrets);
    command = List.copyOf(command);
    args = List.copyOf(args);
    env = ordered(env);
    mounts = List.copyOf(mounts);
    nodeSelector = ordered(nodeSelector);
    tolerations = List.copyOf(tolerations);
    labels = ordered(labels);
    annotations = ordered(annotations);
    List<Problem> problems =
        new JobRules()
            .identity(name, namespace, labels, annotations)
            .container(image, imagePullSecrets, command, args, workingDir, env)
            .gpu(gpu)
            .resources(cpu, memory, ephemeralStorage, sharedMemory)
            .mounts(mounts)
            .times(retries, deadline, startDeadline, ttlAfterFinished, terminationGrace)
            .placement(runAsUser, serviceAccount, priorityClass, nodeSelector, tolerations)
            .problems();
    if (!problems.isEmpty()) {
      throw new InvalidJobException("describing job '" + Text.shorten(name) + "'", problems);
    }
  }

  private static <V> Map<String, V> ordered(Map<String, V> map) {
    return Collections.unmodifiableMap(new LinkedHashMap<>(map));
  }

  /** Starts the description of a job of that name. */
  public static Builder builder(String name) {
    return new Builder(name);
  }

  /**
   * The job in a plain Kubernetes Pod or Job, in YAML or JSON. What the manifest says and a job
   * cannot is in the result's notes.
   *
   * @throws dev.windlass.core.jobfile.JobFileException if it is neither, or naming every mistake
   */
  public static Imported fromManifest(String yaml) {
    return KubernetesManifest.read(yaml, "the manifest");
  }

  /** A builder that holds all of this job, to make a variant of it. */
  public Builder toBuilder() {
    return new Builder(this);
  }

  /** All that was set, on one line; values of variables that look like secrets are hidden. */
  @Override
  public String toString() {
    return JobText.describe(this);
  }

  /** Collects what a job is made of. Not safe for use by several threads at once. */
  public static final class Builder {
    private String name;
    private Optional<String> namespace = Optional.empty();
    private Optional<String> image = Optional.empty();
    private Optional<ImagePullPolicy> imagePullPolicy = Optional.empty();
    private final List<String> imagePullSecrets = new ArrayList<>();
    private List<String> command = List.of();
    private List<String> args = List.of();
    private Optional<String> workingDir = Optional.empty();
    private final Map<String, EnvValue> env = new LinkedHashMap<>();
    private GpuRequest gpu = GpuRequest.of(0);
    private Optional<Cpu> cpu = Optional.empty();
    private Optional<Memory> memory = Optional.empty();
    private Optional<Memory> ephemeralStorage = Optional.empty();
    private Optional<Memory> sharedMemory = Optional.empty();
    private final List<Mount> mounts = new ArrayList<>();
    private boolean memoryGrowth;
    private int retries;
    private Optional<Duration> deadline = Optional.empty();
    private Duration startDeadline = DEFAULT_START_DEADLINE;
    private Optional<Duration> ttlAfterFinished = Optional.empty();
    private Duration terminationGrace = DEFAULT_TERMINATION_GRACE;
    private OptionalLong runAsUser = OptionalLong.empty();
    private Optional<String> serviceAccount = Optional.empty();
    private Optional<String> priorityClass = Optional.empty();
    private final Map<String, String> nodeSelector = new LinkedHashMap<>();
    private final List<Toleration> tolerations = new ArrayList<>();
    private final Map<String, String> labels = new LinkedHashMap<>();
    private final Map<String, String> annotations = new LinkedHashMap<>();

    private Builder(String name) {
      this.name = name;
    }

    private Builder(GpuJob job) {
      name = job.name;
      namespace = job.namespace;
      image = job.image;
      imagePullPolicy = job.imagePullPolicy;
      imagePullSecrets.addAll(job.imagePullSecrets);
      command = job.command;
      args = job.args;
      workingDir = job.workingDir;
      env.putAll(job.env);
      gpu = job.gpu;
      cpu = job.cpu;
      memory = job.memory;
      ephemeralStorage = job.ephemeralStorage;
      sharedMemory = job.sharedMemory;
      mounts.addAll(job.mounts);
      memoryGrowth = job.memoryGrowth;
      retries = job.retries;
      deadline = job.deadline;
      startDeadline = job.startDeadline;
      ttlAfterFinished = job.ttlAfterFinished;
      terminationGrace = job.terminationGrace;
      runAsUser = job.runAsUser;
      serviceAccount = job.serviceAccount;
      priorityClass = job.priorityClass;
      nodeSelector.putAll(job.nodeSelector);
      tolerations.addAll(job.tolerations);
      labels.putAll(job.labels);
      annotations.putAll(job.annotations);
    }

    /** Sets another name. */
    public Builder name(String value) {
      name = value;
      return this;
    }

    /** Sets the Kubernetes namespace, instead of the backend's own. */
    public Builder namespace(String value) {
      namespace = Optional.of(value);
      return this;
    }

    /** Sets the container image. */
    public Builder image(String value) {
      image = Optional.of(value);
      return this;
    }

    /** Sets when the image is asked of the registry. */
    public Builder imagePullPolicy(ImagePullPolicy value) {
      imagePullPolicy = Optional.of(value);
      return this;
    }

    /** Adds the name of a secret with registry credentials. */
    public Builder imagePullSecret(String secretName) {
      imagePullSecrets.add(secretName);
      return this;
    }

    /** Sets the program and its first arguments. No shell reads them. */
    public Builder command(String... words) {
      return command(List.of(words));
    }

    /** Sets the program and its first arguments. No shell reads them. */
    public Builder command(List<String> words) {
      command = List.copyOf(words);
      return this;
    }

    /** Sets the arguments after the command, or after the image's entry point. */
    public Builder args(String... words) {
      return args(List.of(words));
    }

    /** Sets the arguments after the command, or after the image's entry point. */
    public Builder args(List<String> words) {
      args = List.copyOf(words);
      return this;
    }

    /** Sets the working directory, an absolute path. */
    public Builder workingDir(String value) {
      workingDir = Optional.of(value);
      return this;
    }

    /** Sets an environment variable. */
    public Builder env(String variable, String value) {
      return env(variable, EnvValue.of(value));
    }

    /** Sets an environment variable from a secret, a config map or literally. */
    public Builder env(String variable, EnvValue value) {
      env.put(variable, value);
      return this;
    }

    /** Asks for so many whole GPUs of any kind. */
    public Builder gpus(int count) {
      return gpu(GpuRequest.of(count));
    }

    /** Asks for GPUs of a certain kind. */
    public Builder gpu(GpuRequest value) {
      gpu = value;
      return this;
    }

    /** Reserves CPU. */
    public Builder cpu(Cpu value) {
      cpu = Optional.of(value);
      return this;
    }

    /** Reserves memory, which is also the most that the job may use. */
    public Builder memory(Memory value) {
      memory = Optional.of(value);
      return this;
    }

    /** Reserves scratch disk, which is also the most that the job may use. */
    public Builder ephemeralStorage(Memory value) {
      ephemeralStorage = Optional.of(value);
      return this;
    }

    /** Sets the size of {@code /dev/shm}, through which data loaders pass batches. */
    public Builder sharedMemory(Memory value) {
      sharedMemory = Optional.of(value);
      return this;
    }

    /** Shows the program some storage at an absolute path, to read and write. */
    public Builder mount(MountSource source, String path) {
      boolean fixed =
          source instanceof ConfigMap || source instanceof Secret || source instanceof InlineFiles;
      mounts.add(new Mount(source, path, fixed));
      return this;
    }

    /** Shows the program some storage at an absolute path, to read only. */
    public Builder mountReadOnly(MountSource source, String path) {
      mounts.add(new Mount(source, path, true));
      return this;
    }

    /** Takes GPU memory as it is needed ({@code true}) or all at the start. */
    public Builder memoryGrowth(boolean value) {
      memoryGrowth = value;
      return this;
    }

    /** Tries a failed attempt again, so many times. */
    public Builder retries(int value) {
      retries = value;
      return this;
    }

    /** Limits the time from submission to the end. */
    public Builder deadline(Duration value) {
      deadline = Optional.of(value);
      return this;
    }

    /** Limits the time stuck on an image, a mount or a configuration that cannot be had. */
    public Builder startDeadline(Duration value) {
      startDeadline = value;
      return this;
    }

    /** Deletes the job so long after it finished. */
    public Builder ttlAfterFinished(Duration value) {
      ttlAfterFinished = Optional.of(value);
      return this;
    }

    /** Sets the time between SIGTERM and SIGKILL. */
    public Builder terminationGrace(Duration value) {
      terminationGrace = value;
      return this;
    }

    /** Runs the container as root, for images that need it. */
    public Builder runAsRoot() {
      return runAsUser(0);
    }

    /** Runs the container as that user id, for images whose own user is root but need not be. */
    public Builder runAsUser(long uid) {
      runAsUser = OptionalLong.of(uid);
      return this;
    }

    /** Sets the Kubernetes service account and mounts its token. */
    public Builder serviceAccount(String value) {
      serviceAccount = Optional.of(value);
      return this;
    }

    /** Sets the Kubernetes priority class. */
    public Builder priorityClass(String value) {
      priorityClass = Optional.of(value);
      return this;
    }

    /** Requires a label on the node. */
    public Builder nodeSelector(String label, String value) {
      nodeSelector.put(label, value);
      return this;
    }

    /** Allows nodes with such a taint. */
    public Builder toleration(Toleration value) {
      tolerations.add(value);
      return this;
    }

    /** Sets a label on all that is made for the job. */
    public Builder label(String key, String value) {
      labels.put(key, value);
      return this;
    }

    /** Sets an annotation on all that is made for the job. */
    public Builder annotation(String key, String value) {
      annotations.put(key, value);
      return this;
    }

    /**
     * Makes the job.
     *
     * @throws InvalidJobException naming all that is wrong with it
     */
    public GpuJob build() {
      return new GpuJob(
          name,
          namespace,
          image,
          imagePullPolicy,
          imagePullSecrets,
          command,
          args,
          workingDir,
          env,
          gpu,
          cpu,
          memory,
          ephemeralStorage,
          sharedMemory,
          mounts,
          memoryGrowth,
          retries,
          deadline,
          startDeadline,
          ttlAfterFinished,
          terminationGrace,
          runAsUser,
          serviceAccount,
          priorityClass,
          nodeSelector,
          tolerations,
          labels,
          annotations);
    }
  }
}
