package dev.windlass.kube.status;

import dev.windlass.core.backend.Phase;
import dev.windlass.core.backend.Reason;
import dev.windlass.kube.render.Names;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The life of one Job as the Job controller, the scheduler and a kubelet make it, change by change,
 * and how it ends in truth.
 */
final class JobHistory {
  /** What becomes of a pod that is left alone. */
  enum Run {
    SUCCEEDS(Reason.NONE),
    SUCCEEDS_AFTER_PULL_TROUBLE(Reason.NONE),
    FAILS(Reason.EXIT_CODE),
    FAILS_BY_ITS_GPU(Reason.GPU_FAULT),
    IS_KILLED(Reason.EXIT_CODE),
    TAKES_TOO_MUCH_MEMORY(Reason.OUT_OF_MEMORY),
    HAS_NO_SUCH_COMMAND(Reason.COMMAND_NOT_FOUND),
    GETS_NO_GPU(Reason.GPU_UNAVAILABLE),
    IS_DELETED(Reason.POD_DELETED),
    IS_DELETED_WHILE_PENDING(Reason.POD_DELETED),
    IS_PREEMPTED(Reason.PREEMPTED),
    IS_EVICTED(Reason.EVICTED),
    LOSES_ITS_NODE(Reason.NODE_LOST);

    final Reason reason;

    Run(Reason reason) {
      this.reason = reason;
    }

    boolean succeeds() {
      return reason == Reason.NONE;
    }

    /** Whether the pod failure policy counts it. */
    boolean counts() {
      return !List.of(Reason.PREEMPTED, Reason.EVICTED, Reason.NODE_LOST).contains(reason);
    }
  }

  /** How the Job ends if its runs do not end it. */
  enum End {
    DEADLINE(Phase.FAILED, Reason.DEADLINE),
    CANCELLED(Phase.CANCELLED, Reason.CANCELLED),
    GIVEN_UP(Phase.FAILED, Reason.IMAGE_PULL),
    DELETED(Phase.FAILED, Reason.DELETED),
    DELETED_AFTER_ITS_PODS(Phase.FAILED, Reason.DELETED),
    DELETED_AND_MADE_AGAIN(Phase.FAILED, Reason.DELETED),
    CANCELLED_AND_DELETED(Phase.CANCELLED, Reason.CANCELLED);

    final Phase phase;
    final Reason reason;

    End(Phase phase, Reason reason) {
      this.phase = phase;
      this.reason = reason;
    }
  }

  /** How far the pod has come that meets the end. */
  enum Stage {
    NO_POD,
    PENDING,
    PULLING,
    RUNNING
  }

  final List<Change> changes = new ArrayList<>();
  final Map<String, Integer> attemptNumbers = new LinkedHashMap<>();
  Phase phase = Phase.SUCCEEDED;
  Reason reason = Reason.NONE;

  /** Whether pods may live on after the end, so that attempts differ by when one looks. */
  boolean podsOutlive;

  private Job job;
  private Optional<Pod> pod = Optional.empty();
  private long clock;
  private long version = 100;
  private int failures;

  JobHistory(int retries, List<Run> runs, boolean heldBetween, Stage stage, End end) {
    job = ApiObjects.job(retries);
    set(job);
    for (Run run : runs) {
      if (run(run)) {
        set(ApiObjects.condition(job, "SuccessCriteriaMet", true, "CompletionsReached", clock));
        set(ApiObjects.condition(job, "Complete", true, "CompletionsReached", clock));
        return;
      }
      if (run.counts() && failures > retries) {
        reason = run.reason;
        fail("FailedIndexes");
        return;
      }
      if (heldBetween) {
        holdAndResume();
      }
    }
    phase = end.phase;
    reason = end.reason;
    begin(stage);
    end(end);
  }

  /** The pods that exist after that many changes. */
  List<Pod> podsAfter(int count) {
    Map<String, Pod> pods = new LinkedHashMap<>();
    for (Change change : changes.subList(0, count)) {
      if (change.object() instanceof Pod p) {
        if (change.gone()) {
          pods.remove(change.uid());
        } else {
          pods.put(change.uid(), p);
        }
      }
    }
    return List.copyOf(pods.values());
  }

  @Override
  public String toString() {
    List<String> lines = new ArrayList<>();
    for (Change c : changes) {
      lines.add(
          c.object().getKind()
              + " "
              + c.object().getMetadata().getName()
              + "@"
              + c.object().getMetadata().getResourceVersion()
              + (c.gone() ? " gone" : "")
              + " "
              + (c.object() instanceof Job j
                  ? "suspend=" + j.getSpec().getSuspend() + " " + j.getStatus()
                  : ((Pod) c.object()).getStatus()));
    }
    return phase + " " + reason + "\n" + String.join("\n", lines);
  }

  private void set(Job next) {
    clock += 5;
    job = ApiObjects.version(next, ++version);
    changes.add(new Change(job, false));
  }

  private void set(Pod next) {
    clock += 5;
    Pod now = ApiObjects.version(next, ++version);
    pod = Optional.of(now);
    changes.add(new Change(now, false));
  }

  private void removePod() {
    clock += 5;
    changes.add(new Change(ApiObjects.version(pod.orElseThrow(), ++version), true));
    pod = Optional.empty();
  }

  private void removeJob() {
    clock += 5;
    changes.add(new Change(ApiObjects.version(job, ++version), true));
  }

  /** Makes a pod and lets it come that far. */
  private void begin(Stage stage) {
    if (stage == Stage.NO_POD) {
      return;
    }
    String name = "train-0-" + (char) ('z' - attemptNumbers.size()) + "x5k2";
    attemptNumbers.put(name, 1 + failures);
    Pod made = ApiObjects.pod(job, name, failures, clock);
    set(made);
    set(ApiObjects.counts(job, 1, 0));
    set(ApiObjects.unscheduled(made, "Unschedulable", "0/1 nodes: 1 Insufficient nvidia.com/gpu"));
    if (stage == Stage.PENDING) {
      return;
    }
    set(ApiObjects.scheduled(made));
    set(ApiObjects.waiting(pod.orElseThrow(), "ContainerCreating", null));
    if (stage == Stage.RUNNING) {
      set(ApiObjects.running(pod.orElseThrow(), clock));
    }
  }

  /** One run, and what the Job controller makes of it; whether it succeeded. */
  private boolean run(Run run) {
    switch (run) {
      case GETS_NO_GPU, HAS_NO_SUCH_COMMAND, SUCCEEDS_AFTER_PULL_TROUBLE -> begin(Stage.PULLING);
      case IS_DELETED_WHILE_PENDING -> begin(Stage.PENDING);
      default -> begin(Stage.RUNNING);
    }
    long now = clock;
    Pod p = pod.orElseThrow();
    switch (run) {
      case SUCCEEDS -> set(ApiObjects.ended(p, 0, "Completed", null, now, clock));
      case SUCCEEDS_AFTER_PULL_TROUBLE -> {
        set(ApiObjects.waiting(p, "ErrImagePull", "connection refused"));
        set(ApiObjects.waiting(p, "ImagePullBackOff", "Back-off pulling image"));
        set(ApiObjects.running(p, clock));
        set(ApiObjects.ended(p, 0, "Completed", null, clock - 5, clock));
      }
      case FAILS -> set(ApiObjects.ended(p, 3, "Error", null, now, clock));
      case FAILS_BY_ITS_GPU ->
          set(ApiObjects.ended(p, 1, "Error", ApiObjects.GPU_FAULT, now, clock));
      case IS_KILLED -> set(ApiObjects.ended(p, 137, "Error", null, now, clock));
      case TAKES_TOO_MUCH_MEMORY -> set(ApiObjects.ended(p, 137, "OOMKilled", null, now, clock));
      case HAS_NO_SUCH_COMMAND ->
          set(
              ApiObjects.ended(
                  p, 128, "StartError", "exec: \"x\": executable file not found", -1, clock));
      case GETS_NO_GPU ->
          set(ApiObjects.phase(p, "Failed", "UnexpectedAdmissionError", "Allocate failed"));
      case IS_DELETED -> {
        set(ApiObjects.deleting(p, now));
        set(ApiObjects.ended(pod.orElseThrow(), 143, "Error", null, now, clock));
      }
      case IS_DELETED_WHILE_PENDING -> {
        set(ApiObjects.deleting(p, now));
        set(ApiObjects.phase(pod.orElseThrow(), "Failed", null, null));
      }
      case IS_PREEMPTED -> disrupt("PreemptionByScheduler");
      case IS_EVICTED -> disrupt("EvictionByEvictionAPI");
      case LOSES_ITS_NODE -> {
        set(ApiObjects.disrupted(p, "DeletionByTaintManager", "NoExecute taint"));
        set(ApiObjects.deleting(pod.orElseThrow(), now));
        set(ApiObjects.phase(pod.orElseThrow(), "Failed", null, null));
      }
    }
    boolean isRemoved = pod.orElseThrow().getMetadata().getDeletionTimestamp() != null;
    if (run.counts() && !run.succeeds()) {
      failures++;
    }
    if (isRemoved) {
      removePod();
    }
    set(ApiObjects.counts(job, 0, 0));
    return run.succeeds();
  }

  private void disrupt(String why) {
    set(ApiObjects.disrupted(pod.orElseThrow(), why, "it had to go"));
    set(ApiObjects.deleting(pod.orElseThrow(), clock));
    set(ApiObjects.ended(pod.orElseThrow(), 143, "Error", null, clock - 20, clock));
  }

  private void fail(String why) {
    phase = Phase.FAILED;
    set(ApiObjects.condition(job, "FailureTarget", true, why, clock));
    endPod();
    set(ApiObjects.condition(job, "Failed", true, why, clock));
  }

  /** Someone suspends the Job while a pod runs, and resumes it. */
  private void holdAndResume() {
    begin(Stage.RUNNING);
    set(ApiObjects.suspend(job, true));
    settle();
    set(ApiObjects.suspend(job, false));
    set(ApiObjects.condition(job, "Suspended", false, "JobResumed", clock));
  }

  /** What the Job controller does with a suspended Job. */
  private void settle() {
    set(
        ApiObjects.counts(
            ApiObjects.condition(job, "Suspended", true, "JobSuspended", clock),
            0,
            podLives() ? 1 : 0));
    endPod();
    set(ApiObjects.counts(job, 0, 0));
  }

  /** The pod that still lives is deleted, and ends. */
  private void endPod() {
    if (!podLives()) {
      return;
    }
    boolean ran = pod.get().getStatus().getPhase().equals("Running");
    set(ApiObjects.deleting(pod.get(), clock));
    if (ran) {
      set(ApiObjects.ended(pod.get(), 143, "Error", null, clock - 20, clock));
    }
    removePod();
  }

  private boolean podLives() {
    return pod.filter(p -> !p.getStatus().getPhase().equals("Failed")).isPresent();
  }

  private void end(End end) {
    switch (end) {
      case DEADLINE -> fail("DeadlineExceeded");
      case CANCELLED -> cancel();
      case GIVEN_UP -> {
        set(
            ApiObjects.suspend(
                ApiObjects.annotate(
                    ApiObjects.annotate(job, Names.FAILED_REASON, "IMAGE_PULL"),
                    Names.FAILED_MESSAGE,
                    "Image x cannot be pulled"),
                true));
        settle();
      }
      case DELETED, DELETED_AND_MADE_AGAIN -> {
        podsOutlive = true;
        removeJob();
        if (end == End.DELETED_AND_MADE_AGAIN) {
          Job other = ApiObjects.job("uid-2", 0, clock);
          changes.add(new Change(ApiObjects.version(other, ++version), false));
          Pod its = ApiObjects.running(ApiObjects.pod(other, "train-0-other", 0, clock), clock);
          changes.add(new Change(ApiObjects.version(its, ++version), false));
        }
        endPod();
      }
      case DELETED_AFTER_ITS_PODS -> {
        set(ApiObjects.deleting(job, clock));
        endPod();
        removeJob();
      }
      case CANCELLED_AND_DELETED -> {
        cancel();
        removeJob();
      }
    }
  }

  private void cancel() {
    set(
        ApiObjects.suspend(
            ApiObjects.annotate(job, Names.CANCELLED_AT, ApiObjects.at(clock)), true));
    settle();
  }
}
