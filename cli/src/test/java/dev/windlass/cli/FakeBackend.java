package dev.windlass.cli;

import dev.windlass.core.backend.Backend;
import dev.windlass.core.backend.Inventory;
import dev.windlass.core.backend.JobConflictException;
import dev.windlass.core.backend.JobHandle;
import dev.windlass.core.backend.JobNotFoundException;
import dev.windlass.core.backend.JobStatus;
import dev.windlass.core.job.GpuJob;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** A backend in memory. A job that is submitted plays the script to its end at once. */
final class FakeBackend implements Backend {
  private final Map<String, FakeJob> jobs = new LinkedHashMap<>();
  private final List<GpuJob> submitted = new ArrayList<>();
  private Consumer<FakeJob> script = job -> {};
  private Inventory inventory = new Inventory(List.of(), List.of());
  private boolean closed;

  FakeBackend script(Consumer<FakeJob> value) {
    script = value;
    return this;
  }

  FakeBackend inventory(Inventory value) {
    inventory = value;
    return this;
  }

  FakeJob add(String name) {
    FakeJob job = new FakeJob(name);
    jobs.put(name, job);
    return job;
  }

  List<GpuJob> submitted() {
    return submitted;
  }

  boolean closed() {
    return closed;
  }

  @Override
  public JobHandle submit(GpuJob job) {
    if (jobs.containsKey(job.name())) {
      throw new JobConflictException(job.name(), "a job with another description");
    }
    submitted.add(job);
    FakeJob handle = add(job.name());
    script.accept(handle);
    return handle;
  }

  @Override
  public JobHandle replace(GpuJob job) {
    jobs.remove(job.name());
    return submit(job);
  }

  @Override
  public JobHandle attach(String name) {
    FakeJob job = jobs.get(name);
    if (job == null) {
      throw new JobNotFoundException(name, "this test");
    }
    return job;
  }

  @Override
  public List<JobStatus> list() {
    return jobs.values().stream().map(FakeJob::status).toList();
  }

  @Override
  public Inventory gpus() {
    return inventory;
  }

  @Override
  public void close() {
    closed = true;
  }
}
