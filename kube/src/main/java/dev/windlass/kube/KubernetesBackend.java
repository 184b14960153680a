package dev.windlass.kube;

import dev.windlass.core.backend.Backend;
import dev.windlass.core.backend.Inventory;
import dev.windlass.core.backend.JobHandle;
import dev.windlass.core.backend.JobStatus;
import dev.windlass.core.job.GpuJob;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Path;
import java.util.List;

/** Runs jobs on Kubernetes. */
public final class KubernetesBackend implements Backend {
  private KubernetesBackend() {}

  /** The cluster of the current context of the kubeconfig, or the one that this pod is in. */
  public static KubernetesBackend connect() {
    return builder().connect();
  }

  /** A backend with settings of its own. */
  public static Builder builder() {
    return new Builder();
  }

  /** Settings. */
  public static final class Builder {
    private Builder() {}

    /** Sets the kubeconfig file, instead of {@code KUBECONFIG} or {@code ~/.kube/config}. */
    public Builder kubeconfig(Path value) {
      return this;
    }

    /** Sets the context of the kubeconfig, instead of its current one. */
    public Builder context(String value) {
      return this;
    }

    /** Sets the namespace, instead of the context's. */
    public Builder namespace(String value) {
      return this;
    }

    /** Sets a client, which stays the caller's to close. */
    public Builder client(KubernetesClient value) {
      return this;
    }

    /** Makes the backend; asks nothing of the cluster yet. */
    public KubernetesBackend connect() {
      return new KubernetesBackend();
    }
  }

  /** The namespace of jobs that name none. */
  public String namespace() {
    return "";
  }

  @Override
  public JobHandle submit(GpuJob job) {
    throw new IllegalStateException();
  }

  @Override
  public JobHandle replace(GpuJob job) {
    throw new IllegalStateException();
  }

  @Override
  public JobHandle attach(String name) {
    throw new IllegalStateException();
  }

  @Override
  public List<JobStatus> list() {
    throw new IllegalStateException();
  }

  @Override
  public Inventory gpus() {
    throw new IllegalStateException();
  }

  @Override
  public void close() {}
}
