package dev.windlass.kube;

import dev.windlass.core.backend.AwaitTimeoutException;
import dev.windlass.core.backend.BackendException;
import dev.windlass.core.backend.JobEvent;
import dev.windlass.core.backend.JobHandle;
import dev.windlass.core.backend.JobStatus;
import dev.windlass.core.backend.LogOptions;
import dev.windlass.core.backend.LogStream;
import dev.windlass.core.backend.Subscription;
import dev.windlass.kube.follow.FollowedJob;
import dev.windlass.kube.log.JobLogs;
import dev.windlass.kube.submit.JobObjects;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** A job on Kubernetes: what is seen of it, and the calls that change it. */
final class KubernetesJobHandle implements JobHandle {
  private final String namespace;
  private final String name;
  private final String uid;
  private final FollowedJob followed;
  private final JobObjects objects;
  private final JobLogs logs;

  KubernetesJobHandle(Job job, FollowedJob followed, JobObjects objects, JobLogs logs) {
    this.namespace = job.getMetadata().getNamespace();
    this.name = job.getMetadata().getName();
    this.uid = job.getMetadata().getUid();
    this.followed = followed;
    this.objects = objects;
    this.logs = logs;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public JobStatus status() {
    return followed.status();
  }

  @Override
  public Subscription events(Consumer<? super JobEvent> listener) {
    return followed.subscribe(listener);
  }

  @Override
  public LogStream logs(LogOptions options) {
    return logs.open(namespace, name, followed, options);
  }

  @Override
  public JobStatus await(Duration timeout) {
    try {
      return followed
          .await(timeout)
          .orElseThrow(() -> new AwaitTimeoutException(status(), timeout));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BackendException(
          "waiting for job '" + name + "'",
          "this thread was interrupted",
          "The job goes on: attach to it by its name",
          e);
    }
  }

  @Override
  public CompletionStage<JobStatus> completion() {
    return followed.completion();
  }

  @Override
  public void cancel() {
    if (!followed.hasEnded()) {
      objects.cancel(uid);
    }
  }

  @Override
  public void delete() {
    objects.delete(uid);
  }
}
