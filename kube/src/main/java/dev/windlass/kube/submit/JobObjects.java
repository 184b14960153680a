package dev.windlass.kube.submit;

import dev.windlass.core.backend.BackendException;
import dev.windlass.core.backend.JobConflictException;
import dev.windlass.core.backend.Reason;
import dev.windlass.kube.cluster.Call;
import dev.windlass.kube.render.Names;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.DeleteOptions;
import io.fabric8.kubernetes.api.model.DeleteOptionsBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The objects of one job in the cluster, and the calls that change them.
 *
 * <p><b>Exactly once.</b> A job's name is its identity: the API server makes one object of a name
 * and refuses every other with 409. So the Job is made by <i>create</i>, not by apply, which would
 * change a job of that name that someone else made a moment before. Whatever happens to the answer,
 * asking again is safe: what is found under the name is either this job, by the digest of its
 * description, or another one.
 *
 * <p>What the Job owns is made after it, with it as the owner, so that nothing can be left without
 * one. If the submitter dies between, the pod waits for its config map, and the next submit of the
 * same job makes it.
 */
public final class JobObjects {
  /** Beyond the pods' own grace: the kubelet, the Job controller and the garbage collector. */
  private static final Duration DELETE_PATIENCE = Duration.ofSeconds(90);

  private final KubernetesClient client;
  private final String namespace;
  private final String name;
  private final Patience patience;

  /**
   * The objects of the job of that name.
   *
   * @param client stays the caller's to close
   */
  public JobObjects(KubernetesClient client, String namespace, String name) {
    this(client, namespace, name, Patience.DEFAULT);
  }

  JobObjects(KubernetesClient client, String namespace, String name, Patience patience) {
    this.client = client;
    this.namespace = namespace;
    this.name = name;
    this.patience = patience;
  }

  /**
   * Makes the job, unless it is there already.
   *
   * @param rendered the Job, then what it owns
   * @return the Job as it is in the cluster
   * @throws JobConflictException if the name is taken by something else
   * @throws BackendException if the cluster refuses it or cannot be reached
   */
  public Job submit(List<HasMetadata> rendered) {
    Job wanted = (Job) rendered.get(0);
    List<ConfigMap> files =
        rendered.stream().skip(1).map(ConfigMap.class::cast).collect(Collectors.toList());
    OwnedFiles owned = new OwnedFiles(client, namespace, name);
    Optional<Job> there = find();
    if (there.isEmpty()) {
      // A job without its files would hold a GPU and never start.
      files.forEach(owned::tryOut);
    }
    Job job = there.orElseGet(() -> create(wanted));
    checkSame(job, wanted);
    files.forEach(file -> owned.make(file, job.getMetadata().getUid(), patience));
    return job;
  }

  /** The Job, if there is one of that name, whoever made it. */
  public Optional<Job> find() {
    Call call = call("looking for job '" + name + "'", "get", "jobs.batch");
    return Optional.ofNullable(
        call.run(() -> client.batch().v1().jobs().inNamespace(namespace).withName(name).get()));
  }

  /** Whether Windlass made it. */
  public static boolean isOurs(Job job) {
    Map<String, String> labels = job.getMetadata().getLabels();
    return labels != null && Names.MANAGED_BY.equals(labels.get(Names.MANAGED_BY_LABEL));
  }

  private Job create(Job wanted) {
    var jobs = client.batch().v1().jobs().inNamespace(namespace);
    return patience.run(
        call("submitting job '" + name + "'", "create", "jobs.batch"),
        () -> {
          try {
            return jobs.resource(wanted).create();
          } catch (KubernetesClientException e) {
            // Of 409, an earlier attempt whose answer was lost is one cause among others.
            return Optional.ofNullable(e.getCode() == 409 ? jobs.withName(name).get() : null)
                .orElseThrow(() -> e);
          }
        });
  }

  private void checkSame(Job job, Job wanted) {
    if (!isOurs(job)) {
      throw new JobConflictException(name, "a Kubernetes Job that Windlass did not make");
    }
    if (job.getMetadata().getDeletionTimestamp() != null) {
      throw new JobConflictException(name, "a job that is just being deleted");
    }
    if (!digest(wanted).equals(digest(job))) {
      throw new JobConflictException(name, "a job with another description");
    }
  }

  private static Optional<String> digest(Job job) {
    return Optional.ofNullable(job.getMetadata().getAnnotations()).map(a -> a.get(Names.DIGEST));
  }

  /**
   * Asks the cluster to stop the job and keep it.
   *
   * @param uid of the Job that is meant; another one of the same name is left alone
   */
  public void cancel(String uid) {
    stop("cancelling", uid, Map.of(Names.CANCELLED_AT, Instant.now().toString()));
  }

  /** Ends a job that cannot start, and writes down why. */
  public void giveUp(String uid, Reason reason, String message) {
    stop(
        "giving up",
        uid,
        Map.of(Names.FAILED_REASON, reason.name(), Names.FAILED_MESSAGE, message));
  }

  private void stop(String how, String uid, Map<String, String> annotations) {
    String patch =
        Serialization.asJson(
            Map.of(
                // A uid cannot change: the API server refuses the patch for every other Job.
                "metadata", Map.of("uid", uid, "annotations", annotations),
                "spec", Map.of("suspend", true)));
    Call call = call(how + " job '" + name + "'", "patch", "jobs.batch");
    try {
      client
          .batch()
          .v1()
          .jobs()
          .inNamespace(namespace)
          .withName(name)
          .patch(PatchContext.of(PatchType.JSON_MERGE), patch);
    } catch (KubernetesClientException e) {
      boolean isOther = (e.getCode() == 409 || e.getCode() == 422) && find(uid).isEmpty();
      if (e.getCode() != 404 && !isOther) {
        throw call.explain(e);
      }
    }
  }

  private Optional<Job> find(String uid) {
    return find().filter(job -> uid.equals(job.getMetadata().getUid()));
  }

  /**
   * Deletes the Job with all it owns and waits until it is gone. One that has not ended is marked
   * as cancelled first, so that whoever follows it sees that this was meant.
   *
   * @param uid of the Job that is meant; another one of the same name is left alone
   */
  public void delete(String uid) {
    Call call = call("deleting job '" + name + "'", "delete", "jobs.batch");
    Instant giveUp = Instant.now().plus(DELETE_PATIENCE);
    Optional<Job> job = find(uid);
    if (job.isPresent() && job.get().getMetadata().getDeletionTimestamp() == null) {
      cancel(uid);
    }
    while (job.isPresent()) {
      if (job.get().getMetadata().getDeletionTimestamp() == null) {
        giveUp = Instant.now().plus(DELETE_PATIENCE).plus(grace(job.get()));
        delete(uid, call);
      }
      if (Instant.now().isAfter(giveUp)) {
        throw new BackendException(
            call.doing(),
            "it is marked for deletion, but its pods are still there: their node may be lost",
            "Look at 'kubectl get pods -l "
                + Names.JOB_LABEL
                + "="
                + name
                + "'; a pod of a lost node goes when its Node object is deleted");
      }
      patience.pauseBefore(call.doing());
      job = find(uid);
    }
  }

  /** Deletes this very Job: one that took its name since is left alone. */
  private void delete(String uid, Call call) {
    DeleteOptions options =
        new DeleteOptionsBuilder()
            .withApiVersion("v1")
            .withKind("DeleteOptions")
            .withPropagationPolicy("Foreground")
            .withNewPreconditions()
            .withUid(uid)
            .endPreconditions()
            .build();
    try {
      client.raw("/apis/batch/v1/namespaces/" + namespace + "/jobs/" + name, "DELETE", options);
    } catch (KubernetesClientException e) {
      if (e.getCode() != 404 && e.getCode() != 409) {
        throw call.explain(e);
      }
    }
  }

  private static Duration grace(Job job) {
    Long seconds = job.getSpec().getTemplate().getSpec().getTerminationGracePeriodSeconds();
    return Duration.ofSeconds(seconds == null ? 30 : seconds);
  }

  private Call call(String doing, String verb, String resource) {
    return new Call(doing, verb, resource, namespace, client.getMasterUrl().toString());
  }
}
