package dev.windlass.core.local;

import dev.windlass.core.backend.Backend;
import dev.windlass.core.backend.Inventory;
import dev.windlass.core.backend.JobHandle;
import dev.windlass.core.backend.JobStatus;
import dev.windlass.core.job.GpuJob;
import java.nio.file.Path;
import java.util.List;

/** Runs jobs as processes of this machine. */
public final class LocalBackend implements Backend {
  private LocalBackend() {}

  /** The backend of this user. */
  public static LocalBackend open() {
    return builder().open();
  }

  /** A backend with settings of its own. */
  public static Builder builder() {
    return new Builder();
  }

  /** Settings. */
  public static final class Builder {
    private Builder() {}

    /** Sets the folder. */
    public Builder home(Path value) {
      return this;
    }

    /** Sets how many GPUs are simulated where the machine has none. */
    public Builder simulatedGpus(int value) {
      return this;
    }

    /** Opens it. */
    public LocalBackend open() {
      return new LocalBackend();
    }
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
