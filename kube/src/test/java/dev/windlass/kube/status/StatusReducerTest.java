package dev.windlass.kube.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.windlass.core.backend.JobStatus;
import dev.windlass.core.backend.Phase;
import dev.windlass.core.backend.Reason;
import dev.windlass.kube.render.Names;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class StatusReducerTest {
  private static final Job JOB = ApiObjects.job(1);
  private static final Pod POD = ApiObjects.pod(JOB);
  private static final Pod RUNNING = ApiObjects.running(POD, 20);
  private static final Pod FAILED = ApiObjects.ended(POD, 3, "Error", null, 20, 40);
  private static final Pod PULLING =
      ApiObjects.waiting(ApiObjects.scheduled(POD), "ContainerCreating", null);
  private static final Instant DEADLINE = ApiObjects.START.plusSeconds(600);

  static Stream<Arguments> refusedPods() {
    String creating = "Error creating: pods \"train-0-abcde\" is forbidden: ";
    return Stream.of(
        arguments(
            creating
                + "exceeded quota: gpus, requested: requests.nvidia.com/gpu=4, used:"
                + " requests.nvidia.com/gpu=6, limited: requests.nvidia.com/gpu=8",
            Reason.QUOTA_EXCEEDED,
            "have the quota raised"),
        arguments(
            creating + "failed quota: compute: must specify limits.cpu for: main",
            Reason.ADMISSION_REFUSED,
            "what the message names"),
        arguments(
            creating
                + "violates PodSecurity \"restricted:latest\": runAsNonRoot != true (pod or container"
                + " \"main\" must set securityContext.runAsNonRoot=true)",
            Reason.ADMISSION_REFUSED,
            "what the message names"),
        arguments(
            "Error creating: admission webhook \"policy.example\" denied the request: no team label",
            Reason.ADMISSION_REFUSED,
            "what the message names"),
        arguments(
            creating
                + "error looking up service account a/trainer: serviceaccount \"trainer\" not found",
            Reason.CONFIG_ERROR,
            "what the message names"),
        arguments(
            creating + "no PriorityClass with name high was found",
            Reason.CONFIG_ERROR,
            "what the message names"));
  }

  @ParameterizedTest
  @MethodSource
  void refusedPods(String text, Reason reason, String remedy) {
    JobStatus status = reduce(JOB, List.of(), ApiObjects.warning(JOB, "FailedCreate", text, 5));

    assertThat(status.phase()).isEqualTo(Phase.PENDING);
    assertThat(status.reason()).isEqualTo(reason);
    assertThat(status.message()).isEqualTo(text);
    assertThat(status.remedy()).contains(remedy);
  }

  @Test
  void a_retry_that_is_refused_says_so_and_not_why_the_run_before_ended() {
    Event quota = ApiObjects.warning(JOB, "FailedCreate", "exceeded quota: gpus", 60);

    assertThat(reduce(JOB, List.of(FAILED), quota).reason()).isEqualTo(Reason.QUOTA_EXCEEDED);
  }

  @Test
  void a_refusal_before_the_pod_was_made_is_over() {
    Event quota = ApiObjects.warning(JOB, "FailedCreate", "exceeded quota: gpus", 5);

    assertThat(reduce(JOB, List.of(FAILED), quota).reason()).isEqualTo(Reason.EXIT_CODE);
    assertThat(reduce(JOB, List.of(RUNNING), quota).reason()).isEqualTo(Reason.NONE);
  }

  @Test
  void warnings_about_an_earlier_job_of_that_name_are_not_about_this_one() {
    Job earlier = ApiObjects.job("uid-0", 0, 0);
    Event quota = ApiObjects.warning(earlier, "FailedCreate", "exceeded quota: gpus", 5);

    assertThat(reduce(JOB, List.of(), quota).reason()).isEqualTo(Reason.NONE);
  }

  @Test
  void a_mount_that_fails_is_named_with_its_server() {
    String text =
        "MountVolume.SetUp failed for volume \"mount-0\" : mount failed: exit status 32 Output:"
            + " mount.nfs: Connection timed out for nfs-server.default.svc.cluster.local:/exports";

    JobStatus status =
        reduce(JOB, List.of(PULLING), ApiObjects.warning(POD, "FailedMount", text, 50));

    assertThat(status.phase()).isEqualTo(Phase.STARTING);
    assertThat(status.reason()).isEqualTo(Reason.MOUNT);
    assertThat(status.message()).isEqualTo(text);
  }

  @Test
  void trouble_with_the_image_wins_over_a_mount_warning_that_is_over() {
    Pod pod = ApiObjects.waiting(PULLING, "ErrImagePull", "not found");

    JobStatus status = reduce(JOB, List.of(pod), ApiObjects.warning(POD, "FailedMount", "x", 50));

    assertThat(status.reason()).isEqualTo(Reason.IMAGE_PULL);
  }

  @Test
  void a_pod_with_its_sandbox_has_its_mounts() {
    Pod pod = ApiObjects.condition(PULLING, "PodReadyToStartContainers", true, null, null);

    JobStatus status = reduce(JOB, List.of(pod), ApiObjects.warning(POD, "FailedMount", "x", 50));

    assertThat(status.reason()).isEqualTo(Reason.NONE);
  }

  @Test
  void a_sandbox_that_cannot_be_made_is_named() {
    String text = "Failed to create pod sandbox: no runtime for \"nvidia\" is configured";
    Event warning = ApiObjects.warning(POD, "FailedCreatePodSandBox", text, 550);

    JobStatus status = reduce(JOB, List.of(PULLING), warning);

    assertThat(status.reason()).isEqualTo(Reason.OTHER);
    assertThat(status.message()).isEqualTo(text);
    assertThat(startDeadline(JOB, PULLING, warning)).contains(DEADLINE);
  }

  @Test
  void the_start_deadline_counts_from_when_the_pod_got_its_node() {
    assertThat(startDeadline(JOB, ApiObjects.waiting(PULLING, "ErrImagePull", "")))
        .contains(DEADLINE);
    assertThat(
            startDeadline(
                JOB,
                ApiObjects.waiting(
                    PULLING,
                    "RunContainerError",
                    "nvidia-container-cli: requirement error: unsatisfied condition: cuda>=12.4")))
        .contains(DEADLINE);
    assertThat(startDeadline(JOB, ApiObjects.waiting(PULLING, "CreateContainerConfigError", "")))
        .contains(DEADLINE);
  }

  @Test
  void a_pod_that_only_takes_long_has_no_start_deadline() {
    assertThat(startDeadline(JOB, PULLING)).isEmpty();
    assertThat(startDeadline(JOB, RUNNING)).isEmpty();
    assertThat(startDeadline(JOB, ApiObjects.unscheduled(POD, "Unschedulable", "0/3"))).isEmpty();
  }

  @Test
  void a_mount_that_went_well_later_has_no_start_deadline() {
    Event early = ApiObjects.warning(POD, "FailedMount", "failed to sync configmap cache", 15);
    Event late = ApiObjects.warning(POD, "FailedMount", "mount.nfs: Connection timed out", 500);

    assertThat(startDeadline(JOB, PULLING, early)).isEmpty();
    assertThat(startDeadline(JOB, PULLING, early, late)).contains(DEADLINE);
  }

  @Test
  void a_job_that_was_given_up_or_cancelled_has_no_start_deadline_any_more() {
    Pod pod = ApiObjects.waiting(PULLING, "ErrImagePull", "");
    Job givenUp =
        ApiObjects.suspend(ApiObjects.annotate(JOB, Names.FAILED_REASON, "IMAGE_PULL"), true);

    assertThat(startDeadline(givenUp, pod)).isEmpty();
    assertThat(reduce(givenUp, List.of(pod)).phase()).isEqualTo(Phase.STARTING);
    assertThat(reduce(givenUp, List.of(pod)).reason()).isEqualTo(Reason.IMAGE_PULL);
  }

  @Test
  void between_runs_it_is_pending_and_says_how_the_last_one_ended() {
    JobStatus status = reduce(JOB, List.of(FAILED));

    assertThat(status.phase()).isEqualTo(Phase.PENDING);
    assertThat(status.reason()).isEqualTo(Reason.EXIT_CODE);
    assertThat(status.message()).isEqualTo("Attempt 1: Exit code 3");
  }

  @Test
  void after_the_last_run_it_does_not_go_back_to_pending() {
    Pod last = ApiObjects.ended(ApiObjects.pod(JOB, "p2", 1, 50), 3, "Error", null, 60, 70);
    Pod neverRan =
        ApiObjects.phase(
            ApiObjects.scheduled(ApiObjects.pod(JOB, "p2", 1, 50)), "Failed", "OutOfcpu", "");
    Pod takenAway = ApiObjects.disrupted(last, "PreemptionByScheduler", "");

    assertThat(reduce(JOB, List.of(FAILED, last)).phase()).isEqualTo(Phase.RUNNING);
    assertThat(reduce(JOB, List.of(FAILED, neverRan)).phase()).isEqualTo(Phase.STARTING);
    assertThat(reduce(JOB, List.of(FAILED, takenAway)).phase()).isEqualTo(Phase.PENDING);
  }

  @Test
  void a_command_that_does_not_exist_ends_the_job_with_that_reason() {
    Pod pod =
        ApiObjects.ended(
            POD, 128, "StartError", "exec: \"x\": executable file not found in $PATH", -1, 40);

    JobStatus status = reduce(failed(ApiObjects.job(0), "FailedIndexes"), List.of(pod));

    assertThat(status.phase()).isEqualTo(Phase.FAILED);
    assertThat(status.reason()).isEqualTo(Reason.COMMAND_NOT_FOUND);
    assertThat(status.startedAt()).isEmpty();
    assertThat(status.lastAttempt().orElseThrow().exitCode()).hasValue(128);
  }

  @Test
  void success_that_is_only_announced_is_not_final() {
    Job job = ApiObjects.condition(JOB, "SuccessCriteriaMet", true, "CompletionsReached", 50);
    Pod pod = ApiObjects.ended(POD, 0, "Completed", null, 20, 40);

    assertThat(reduce(job, List.of(pod)).phase()).isEqualTo(Phase.RUNNING);
    assertThat(reduce(job, List.of(RUNNING)).phase()).isEqualTo(Phase.RUNNING);
  }

  @Test
  void failure_that_is_only_announced_is_not_final_and_names_its_cause() {
    Job job = ApiObjects.condition(JOB, "FailureTarget", true, "DeadlineExceeded", 50);

    JobStatus status = reduce(job, List.of(ApiObjects.deleting(RUNNING, 50)));
    assertThat(status.phase()).isEqualTo(Phase.RUNNING);
    assertThat(status.reason()).isEqualTo(Reason.DEADLINE);
    assertThat(reduce(job, List.of(PULLING)).phase()).isEqualTo(Phase.STARTING);
    assertThat(reduce(job, List.of()).phase()).isEqualTo(Phase.PENDING);
  }

  @Test
  void a_deadline_is_told_as_the_jobs_and_its_last_runs_reason() {
    Pod pod = ApiObjects.deleting(ApiObjects.ended(POD, 143, "Error", null, 20, 50), 50);

    JobStatus status = reduce(failed(JOB, "DeadlineExceeded"), List.of(pod));

    assertThat(status.reason()).isEqualTo(Reason.DEADLINE);
    assertThat(status.lastAttempt().orElseThrow().reason()).isEqualTo(Reason.DEADLINE);
    assertThat(status.lastAttempt().orElseThrow().exitCode()).hasValue(143);
  }

  @Test
  void a_failed_job_without_its_last_pod_does_not_take_an_earlier_ones_reason() {
    JobStatus status = reduce(failed(JOB, "FailedIndexes"), List.of(FAILED));

    assertThat(status.reason()).isEqualTo(Reason.POD_DELETED);
    assertThat(reduce(failed(JOB, "FailedIndexes"), List.of()).reason())
        .isEqualTo(Reason.POD_DELETED);
  }

  @Test
  void a_failure_that_has_no_word_here_keeps_the_clusters_words() {
    JobStatus status = reduce(failed(JOB, "SomethingNew"), List.of(RUNNING));

    assertThat(status.reason()).isEqualTo(Reason.OTHER);
    assertThat(status.message()).contains("SomethingNew");
  }

  @Test
  void a_cancelled_job_is_cancelled_only_when_its_pods_are_gone() {
    Job stopping =
        ApiObjects.suspend(ApiObjects.annotate(JOB, Names.CANCELLED_AT, ApiObjects.at(50)), true);
    Job suspended = ApiObjects.condition(stopping, "Suspended", true, "JobSuspended", 52);
    Pod ended = ApiObjects.deleting(ApiObjects.ended(POD, 143, "Error", null, 20, 70), 52);

    assertThat(reduce(stopping, List.of(RUNNING)).phase()).isEqualTo(Phase.RUNNING);
    assertThat(reduce(stopping, List.of()).phase()).isEqualTo(Phase.PENDING);
    assertThat(reduce(ApiObjects.counts(suspended, 0, 1), List.of(ended)).phase())
        .isEqualTo(Phase.RUNNING);
    assertThat(reduce(ApiObjects.counts(suspended, 1, 0), List.of(ended)).phase())
        .isEqualTo(Phase.RUNNING);
    JobStatus end = reduce(ApiObjects.counts(suspended, 0, 0), List.of(ended));
    assertThat(end.phase()).isEqualTo(Phase.CANCELLED);
    assertThat(end.finishedAt()).contains(ApiObjects.START.plusSeconds(70));
    assertThat(end.lastAttempt().orElseThrow().reason()).isEqualTo(Reason.CANCELLED);
  }

  @Test
  void a_job_that_someone_suspends_runs_until_its_pod_has_ended() {
    Job job = ApiObjects.suspend(JOB, true);

    assertThat(reduce(job, List.of(ApiObjects.deleting(RUNNING, 50))).phase())
        .isEqualTo(Phase.RUNNING);
    JobStatus held = reduce(job, List.of());
    assertThat(held.phase()).isEqualTo(Phase.QUEUED);
    assertThat(held.reason()).isEqualTo(Reason.SUSPENDED);
  }

  @Test
  void a_resumed_job_is_not_suspended_though_the_condition_stays() {
    Job job = ApiObjects.condition(JOB, "Suspended", false, "JobResumed", 50);

    assertThat(reduce(job, List.of(RUNNING)).phase()).isEqualTo(Phase.RUNNING);
    assertThat(reduce(job, List.of()).phase()).isEqualTo(Phase.PENDING);
  }

  @Test
  void a_job_that_is_being_deleted_says_so_and_is_not_final() {
    JobStatus status = reduce(ApiObjects.deleting(JOB, 50), List.of(RUNNING));

    assertThat(status.phase()).isEqualTo(Phase.RUNNING);
    assertThat(status.reason()).isEqualTo(Reason.DELETED);
  }

  @Test
  void a_job_that_failed_since_its_deletion_took_its_pod_was_deleted() {
    Pod pod = ApiObjects.deleting(ApiObjects.ended(POD, 143, "Error", null, 20, 60), 52);
    Job job = failed(ApiObjects.deleting(ApiObjects.job(0), 50), "FailedIndexes");

    assertThat(reduce(job, List.of(pod)).reason()).isEqualTo(Reason.DELETED);
  }

  private static Job failed(Job job, String reason) {
    return ApiObjects.condition(job, "Failed", true, reason, 90);
  }

  private static JobStatus reduce(Job job, List<Pod> pods, Event... warnings) {
    return StatusReducer.reduce(facts(job, pods, warnings));
  }

  private static Optional<Instant> startDeadline(Job job, Pod pod, Event... warnings) {
    return StatusReducer.startDeadline(facts(job, List.of(pod), warnings));
  }

  private static JobFacts facts(Job job, List<Pod> pods, Event... warnings) {
    return new JobFacts(
        job, false, pods.stream().map(p -> new SeenPod(p, false)).toList(), List.of(warnings));
  }
}
