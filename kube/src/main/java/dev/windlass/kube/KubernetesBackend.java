package dev.windlass.kube;

import dev.windlass.core.backend.Backend;
import dev.windlass.core.backend.BackendException;
import dev.windlass.core.backend.Inventory;
import dev.windlass.core.backend.JobConflictException;
import dev.windlass.core.backend.JobHandle;
import dev.windlass.core.backend.JobNotFoundException;
import dev.windlass.core.backend.JobStatus;
import dev.windlass.core.job.GpuJob;
import dev.windlass.kube.cluster.ClusterAccess;
import dev.windlass.kube.follow.NamespaceLook;
import dev.windlass.kube.follow.NamespaceWatch;
import dev.windlass.kube.inventory.ClusterInventory;
import dev.windlass.kube.log.JobLogs;
import dev.windlass.kube.render.JobRenderer;
import dev.windlass.kube.submit.JobObjects;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Runs jobs on Kubernetes, as plain {@code batch/v1} Jobs that anyone can read with kubectl. A
 * submitter needs only the rights of the Role in {@code docs/permissions.md}; {@link #gpus} also
 * needs to list nodes and pods.
 *
 * <pre>{@code
 * try (KubernetesBackend cluster = KubernetesBackend.connect()) {
 *   JobHandle handle = cluster.submit(job);
 *   JobStatus end = handle.await(Duration.ofHours(2));
 * }
 * }</pre>
 *
 * <p>What is watched of the cluster is shared by all jobs of one backend, so one backend should
 * serve a whole program. Its threads are daemon threads whose names begin with {@code windlass}.
 */
public final class KubernetesBackend implements Backend {
  private final KubernetesClient client;
  private final boolean ownClient;
  private final String namespace;
  private final JobLogs logs;
  private final Map<String, NamespaceWatch> watches = new ConcurrentHashMap<>();
  private final ScheduledExecutorService timer =
      Executors.newScheduledThreadPool(2, threads("windlass-kube-"));
  private final ExecutorService listeners =
      Executors.newCachedThreadPool(threads("windlass-events-"));
  private volatile boolean closed;

  private KubernetesBackend(KubernetesClient client, boolean ownClient, String namespace) {
    this.client = client;
    this.ownClient = ownClient;
    this.namespace = namespace;
    this.logs = new JobLogs(client);
  }

  private static ThreadFactory threads(String name) {
    AtomicInteger count = new AtomicInteger();
    return task -> {
      Thread thread = new Thread(task, name + count.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }

  /**
   * The cluster of the kubeconfig's current context, or the one that this runs in. Asks nothing of
   * the cluster yet.
   *
   * @throws BackendException if there is neither
   */
  public static KubernetesBackend connect() {
    return builder().connect();
  }

  /** A backend with settings of its own. */
  public static Builder builder() {
    return new Builder();
  }

  /** Collects settings. Not safe for use by several threads at once. */
  public static final class Builder {
    private Optional<Path> kubeconfig = Optional.empty();
    private Optional<String> context = Optional.empty();
    private Optional<String> namespace = Optional.empty();
    private @Nullable KubernetesClient client;

    private Builder() {}

    /** Sets the kubeconfig file, instead of {@code KUBECONFIG} or {@code ~/.kube/config}. */
    public Builder kubeconfig(Path value) {
      kubeconfig = Optional.of(value);
      return this;
    }

    /** Sets the context of the kubeconfig, instead of its current one. */
    public Builder context(String value) {
      context = Optional.of(value);
      return this;
    }

    /** Sets the namespace of jobs that name none, instead of the context's. */
    public Builder namespace(String value) {
      namespace = Optional.of(value);
      return this;
    }

    /** Sets a client, which stays the caller's to close; kubeconfig and context do not count. */
    public Builder client(KubernetesClient value) {
      client = value;
      return this;
    }

    /**
     * Makes the backend; asks nothing of the cluster yet.
     *
     * @throws BackendException if no cluster is configured, or the context is not there
     */
    public KubernetesBackend connect() {
      KubernetesClient given = client;
      KubernetesClient used = given == null ? ClusterAccess.connect(kubeconfig, context) : given;
      String inUse =
          namespace.orElseGet(() -> Optional.ofNullable(used.getNamespace()).orElse("default"));
      return new KubernetesBackend(used, given == null, inUse);
    }
  }

  /** The namespace of jobs that name none. */
  public String namespace() {
    return namespace;
  }

  /**
   * {@inheritDoc}
   *
   * <p>Exactly once: the API server makes one Job of a name. If the connection breaks between
   * request and answer, the request is repeated for a minute; if that does not help either, the
   * submit can be repeated at any time and finds the job if it was made.
   *
   * @throws dev.windlass.core.job.InvalidJobException if the job cannot run on Kubernetes
   */
  @Override
  public JobHandle submit(GpuJob job) {
    List<HasMetadata> objects = JobRenderer.render(job, Instant.now());
    String in = job.namespace().orElse(namespace);
    // First the watch: nothing is submitted that could not be followed.
    NamespaceWatch watch = watch(in);
    return handle(watch, new JobObjects(client, in, job.name()).submit(objects));
  }

  @Override
  public JobHandle replace(GpuJob job) {
    JobRenderer.render(job, Instant.now());
    JobObjects objects = new JobObjects(client, job.namespace().orElse(namespace), job.name());
    Optional<Job> there = objects.find();
    if (there.isPresent()) {
      if (!JobObjects.isOurs(there.get())) {
        throw new JobConflictException(job.name(), "a Kubernetes Job that Windlass did not make");
      }
      objects.delete(there.get().getMetadata().getUid());
    }
    return submit(job);
  }

  @Override
  public JobHandle attach(String name) {
    JobObjects objects = new JobObjects(client, namespace, name);
    Job job =
        objects
            .find()
            .filter(JobObjects::isOurs)
            .orElseThrow(() -> new JobNotFoundException(name, "namespace '" + namespace + "'"));
    return handle(watch(namespace), job);
  }

  private JobHandle handle(NamespaceWatch watch, Job job) {
    String in = job.getMetadata().getNamespace();
    JobObjects objects = new JobObjects(client, in, job.getMetadata().getName());
    return new KubernetesJobHandle(job, watch.follow(job), objects, logs);
  }

  private NamespaceWatch watch(String in) {
    checkOpen();
    NamespaceWatch watch =
        watches.computeIfAbsent(in, n -> NamespaceWatch.start(client, n, logs, timer, listeners));
    if (closed) {
      watch.close();
    }
    checkOpen();
    return watch;
  }

  private void checkOpen() {
    if (closed) {
      throw new BackendException(
          "following jobs", "this backend is closed", "Make a new one: connect()");
    }
  }

  @Override
  public List<JobStatus> list() {
    return new NamespaceLook(client, namespace).statuses();
  }

  @Override
  public Inventory gpus() {
    return ClusterInventory.of(client);
  }

  @Override
  public void close() {
    closed = true;
    watches.values().forEach(NamespaceWatch::close);
    logs.close();
    timer.shutdownNow();
    listeners.shutdown();
    if (ownClient) {
      client.close();
    }
  }
}
