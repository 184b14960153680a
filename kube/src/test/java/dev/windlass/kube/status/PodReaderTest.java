package dev.windlass.kube.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.windlass.core.backend.Attempt;
import dev.windlass.core.backend.Reason;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The words of the kubelet, the scheduler and the controllers, as clusters write them. */
class PodReaderTest {
  private static final String RUNC =
      "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc"
          + " create failed: unable to start container process: error during container init: ";
  private static final Pod POD = ApiObjects.pod(ApiObjects.job(2));

  static Stream<Arguments> unscheduled() {
    return Stream.of(
        arguments(
            "0/3 nodes are available: 1 Insufficient nvidia.com/gpu, 2 node(s) had untolerated taint"
                + " {dedicated: infra}. preemption: 0/3 nodes are available: 1 No preemption victims"
                + " found for incoming pod, 2 Preemption is not helpful for scheduling.",
            Reason.INSUFFICIENT_GPU,
            "fewer GPUs"),
        arguments(
            "0/3 nodes are available: 3 Insufficient nvidia.com/mig-1g.10gb.",
            Reason.INSUFFICIENT_GPU,
            "fewer GPUs"),
        arguments(
            "0/3 nodes are available: 1 Insufficient cpu, 2 Insufficient nvidia.com/gpu.",
            Reason.INSUFFICIENT_GPU,
            "fewer GPUs"),
        arguments(
            "0/3 nodes are available: 3 Insufficient memory.",
            Reason.INSUFFICIENT_RESOURCES,
            "ask for less"),
        arguments(
            "0/3 nodes are available: 3 Too many pods.",
            Reason.INSUFFICIENT_RESOURCES,
            "ask for less"),
        arguments(
            "0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector.",
            Reason.UNSCHEDULABLE,
            "node selector"),
        arguments(
            "0/3 nodes are available: persistentvolumeclaim \"data\" not found.",
            Reason.UNSCHEDULABLE,
            "volume claim exists"),
        arguments(
            "0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims.",
            Reason.UNSCHEDULABLE,
            "bound"));
  }

  @ParameterizedTest
  @MethodSource
  void unscheduled(String text, Reason reason, String remedy) {
    Cause cause = waiting(ApiObjects.unscheduled(POD, "Unschedulable", text));

    assertThat(cause.reason()).isEqualTo(reason);
    assertThat(cause.message()).isEqualTo(text);
    assertThat(cause.remedy()).contains(remedy);
  }

  @Test
  void a_gated_pod_waits_in_a_queue() {
    Cause cause =
        waiting(
            ApiObjects.unscheduled(
                POD, "SchedulingGated", "Scheduling is blocked due to non-empty scheduling gates"));

    assertThat(cause.reason()).isEqualTo(Reason.WAITING_IN_QUEUE);
    assertThat(cause.message()).contains("scheduling gates");
  }

  static Stream<Arguments> waitingContainers() {
    return Stream.of(
        arguments(
            "ErrImagePull",
            "rpc error: code = NotFound desc = failed to pull and unpack image"
                + " \"registry.example/train:7\": registry.example/train:7: not found",
            Reason.IMAGE_PULL,
            "Image registry.example/train:7: ErrImagePull: rpc error",
            "pull secret"),
        arguments(
            "ImagePullBackOff",
            "Back-off pulling image \"registry.example/train:7\"",
            Reason.IMAGE_PULL,
            "Image registry.example/train:7: ImagePullBackOff",
            "name and tag"),
        arguments(
            "ErrImageNeverPull",
            "Container image \"registry.example/train:7\" is not present with pull policy of Never",
            Reason.IMAGE_PULL,
            "pull policy of Never",
            "Load the image onto the node"),
        arguments(
            "InvalidImageName",
            "Failed to apply default image tag \"Train:7\": couldn't parse image name \"Train:7\":"
                + " invalid reference format: repository name (library/Train) must be lowercase",
            Reason.IMAGE_PULL,
            "must be lowercase",
            "name and tag"),
        arguments(
            "CreateContainerConfigError",
            "secret \"hf-token\" not found",
            Reason.CONFIG_ERROR,
            "secret \"hf-token\" not found",
            "what the message names"),
        arguments(
            "CreateContainerConfigError",
            "couldn't find key token in Secret default/hf-token",
            Reason.CONFIG_ERROR,
            "key token",
            "what the message names"),
        arguments(
            "CreateContainerConfigError",
            "container has runAsNonRoot and image will run as root (pod: \"train-0-abcde_default\","
                + " container: main)",
            Reason.CONFIG_ERROR,
            "image will run as root",
            "runAsRoot"),
        arguments(
            "RunContainerError",
            RUNC + "exec: \"trian\": executable file not found in $PATH: unknown",
            Reason.COMMAND_NOT_FOUND,
            "\"trian\"",
            "Check the command"),
        arguments(
            "CreateContainerError",
            "container create failed: executable file `trian` not found in $PATH: No such file or"
                + " directory",
            Reason.COMMAND_NOT_FOUND,
            "`trian`",
            "Check the command"),
        arguments(
            "RunContainerError",
            RUNC
                + "error mounting \"/var/lib/kubelet/pods/1/volumes/data\" to rootfs at \"/data\":"
                + " stat /var/lib/kubelet/pods/1/volumes/data: no such file or directory: unknown",
            Reason.MOUNT,
            "/data",
            "can be reached"));
  }

  @ParameterizedTest
  @MethodSource
  void waitingContainers(String why, String text, Reason reason, String message, String remedy) {
    // Scheduler text that has not been taken away yet must not hide what holds it up now.
    Pod stale = ApiObjects.unscheduled(ApiObjects.scheduled(POD), "Unschedulable", "0/3 nodes");

    Cause cause = waiting(ApiObjects.waiting(stale, why, text));

    assertThat(cause.reason()).isEqualTo(reason);
    assertThat(cause.message()).contains(message);
    assertThat(cause.remedy()).contains(remedy);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ContainerCreating", "PodInitializing"})
  void a_container_on_its_usual_way_needs_no_reason(String why) {
    assertThat(waiting(ApiObjects.waiting(ApiObjects.scheduled(POD), why, null)))
        .isEqualTo(Cause.NONE);
  }

  static Stream<Arguments> startErrors() {
    return Stream.of(
        arguments(
            "exec: \"trian\": executable file not found in $PATH: unknown",
            Reason.COMMAND_NOT_FOUND),
        arguments(
            "exec: \"/app/trian\": stat /app/trian: no such file or directory: unknown",
            Reason.COMMAND_NOT_FOUND),
        arguments("exec: \"/app/train\": permission denied: unknown", Reason.COMMAND_NOT_FOUND),
        arguments("exec: \"/app\": is a directory: unknown", Reason.COMMAND_NOT_FOUND),
        arguments("exec /app/train: exec format error", Reason.COMMAND_NOT_FOUND),
        arguments(
            "chdir to cwd (\"/work\") set in config.json failed: no such file or directory: unknown",
            Reason.CONFIG_ERROR),
        arguments(
            "error running prestart hook #0: exit status 1, stderr: nvidia-container-cli:"
                + " initialization error: nvml error: driver not loaded: unknown",
            Reason.GPU_UNAVAILABLE),
        arguments(
            "failed to inject CDI devices: unresolvable CDI devices"
                + " management.nvidia.com/gpu=GPU-1: unknown",
            Reason.GPU_UNAVAILABLE),
        arguments(
            "error running prestart hook #0: exit status 1, stderr: nvidia-container-cli:"
                + " requirement error: unsatisfied condition: cuda>=12.4, please update your driver"
                + " to a newer version, or use an earlier cuda container: unknown",
            Reason.DRIVER_MISMATCH));
  }

  @ParameterizedTest
  @MethodSource
  void startErrors(String text, Reason reason) {
    Pod pod = ApiObjects.ended(POD, 128, "StartError", RUNC + text, -1, 40);

    Attempt attempt = new PodReader(new SeenPod(pod, false)).attempt();

    assertThat(attempt.reason()).isEqualTo(reason);
    assertThat(attempt.message()).contains(text);
    assertThat(attempt.startedAt()).as("it never ran; runtimes say 1970").isEmpty();
    assertThat(attempt.finishedAt()).contains(ApiObjects.START.plusSeconds(40));
    assertThat(attempt.node()).contains("gpu-node-3");
  }

  static Stream<Arguments> endings() {
    Pod running = ApiObjects.running(POD, 20);
    Pod lowMemory =
        ApiObjects.phase(
            ApiObjects.ended(POD, 137, "Error", null, 20, 40),
            "Failed",
            "Evicted",
            "The node was low on resource: memory. Container main was using 9Gi, request is 8Gi");
    Pod shutDown =
        ApiObjects.phase(
            ApiObjects.ended(POD, 143, "Error", null, 20, 40),
            "Failed",
            "Terminated",
            "Pod was terminated in response to imminent node shutdown.");
    Pod exited = ApiObjects.ended(POD, 3, "Error", null, 20, 40);
    return Stream.of(
        arguments(exited, Reason.EXIT_CODE, "Exit code 3"),
        arguments(
            ApiObjects.ended(POD, 3, "Error", "own last words", 20, 40),
            Reason.EXIT_CODE,
            "Exit code 3: own last words"),
        arguments(
            ApiObjects.ended(POD, 1, "Error", ApiObjects.GPU_FAULT, 20, 40),
            Reason.GPU_FAULT,
            "Xid 79 (exit code 1)"),
        arguments(
            ApiObjects.ended(
                POD,
                1,
                "Error",
                "last words\n::windlass-fault:: {\"reason\":\"GPU_OUT_OF_MEMORY\"}",
                20,
                40),
            Reason.GPU_OUT_OF_MEMORY,
            "the GPU's memory did not suffice (exit code 1)"),
        arguments(
            ApiObjects.ended(
                POD, 1, "Error", "::windlass-fault:: {\"reason\":\"CANCELLED\"}", 20, 40),
            Reason.EXIT_CODE,
            "Exit code 1: ::windlass-fault::"),
        // What the node saw goes before what the program said.
        arguments(
            ApiObjects.ended(POD, 137, "OOMKilled", ApiObjects.GPU_FAULT, 20, 40),
            Reason.OUT_OF_MEMORY,
            "memory limit of 8Gi"),
        arguments(
            ApiObjects.disrupted(
                ApiObjects.ended(POD, 1, "Error", ApiObjects.GPU_FAULT, 20, 40),
                "EvictionByEvictionAPI",
                "Eviction API: evicting"),
            Reason.EVICTED,
            "Eviction API"),
        arguments(
            ApiObjects.deleting(
                ApiObjects.ended(POD, 143, "Error", ApiObjects.GPU_FAULT, 20, 40), 40),
            Reason.POD_DELETED,
            "was deleted"),
        arguments(
            ApiObjects.ended(POD, 127, "Error", null, 20, 40), Reason.EXIT_CODE, "no such command"),
        arguments(
            ApiObjects.ended(POD, 134, "Error", null, 20, 40), Reason.EXIT_CODE, "by signal 6"),
        arguments(ApiObjects.ended(POD, 137, "Error", null, 20, 40), Reason.EXIT_CODE, "SIGKILL"),
        arguments(
            ApiObjects.ended(POD, 137, "OOMKilled", null, 20, 40),
            Reason.OUT_OF_MEMORY,
            "memory limit of 8Gi (exit code 137)"),
        arguments(
            ApiObjects.ended(
                POD,
                137,
                "ContainerStatusUnknown",
                "The container could not be located when the pod was terminated",
                20,
                40),
            Reason.NODE_LOST,
            "could not be located"),
        arguments(
            ApiObjects.disrupted(
                ApiObjects.ended(POD, 143, "Error", null, 20, 40),
                "PreemptionByScheduler",
                "default-scheduler: preempting to accommodate a higher priority pod"),
            Reason.PREEMPTED,
            "higher priority pod"),
        arguments(
            ApiObjects.disrupted(
                ApiObjects.phase(running, "Failed", null, null),
                "DeletionByTaintManager",
                "Taint manager: deleting due to NoExecute taint"),
            Reason.NODE_LOST,
            "Node gpu-node-3: Taint manager"),
        arguments(
            ApiObjects.disrupted(
                ApiObjects.phase(running, "Failed", null, null),
                "DeletionByPodGC",
                "PodGC: node no longer exists"),
            Reason.NODE_LOST,
            "gpu-node-3"),
        arguments(
            ApiObjects.disrupted(
                ApiObjects.phase(running, "Failed", null, null),
                "DeletionByGCPControllerManager",
                "GCPControllerManager: node no longer exists"),
            Reason.NODE_LOST,
            "gpu-node-3"),
        arguments(
            ApiObjects.disrupted(
                ApiObjects.ended(POD, 143, "Error", null, 20, 40),
                "EvictionByEvictionAPI",
                "Eviction API: evicting"),
            Reason.EVICTED,
            "Eviction API"),
        arguments(
            ApiObjects.disrupted(lowMemory, "TerminationByKubelet", "The node was low on resource"),
            Reason.EVICTED,
            "Node gpu-node-3: Evicted: The node was low on resource: memory"),
        arguments(lowMemory, Reason.EVICTED, "low on resource: memory"),
        arguments(
            ApiObjects.disrupted(
                shutDown,
                "TerminationByKubelet",
                "Pod was terminated in response to imminent node shutdown."),
            Reason.NODE_LOST,
            "imminent node shutdown"),
        arguments(
            ApiObjects.phase(
                ApiObjects.scheduled(POD),
                "Failed",
                "UnexpectedAdmissionError",
                "Pod was rejected: Allocate failed due to requested number of devices unavailable"
                    + " for nvidia.com/gpu. Requested: 1, Available: 0, which is unexpected"),
            Reason.GPU_UNAVAILABLE,
            "Node gpu-node-3: UnexpectedAdmissionError"),
        arguments(
            ApiObjects.phase(
                ApiObjects.scheduled(POD),
                "Failed",
                "OutOfnvidia.com/gpu",
                "Node didn't have enough resource: nvidia.com/gpu, requested: 1, used: 1"),
            Reason.GPU_UNAVAILABLE,
            "enough resource"),
        arguments(
            ApiObjects.phase(
                ApiObjects.scheduled(POD),
                "Failed",
                "TopologyAffinityError",
                "Resources cannot be allocated with Topology locality"),
            Reason.GPU_UNAVAILABLE,
            "Topology locality"),
        arguments(
            ApiObjects.phase(
                ApiObjects.scheduled(POD), "Failed", "OutOfcpu", "Node didn't have enough cpu"),
            Reason.INSUFFICIENT_RESOURCES,
            "OutOfcpu"),
        arguments(
            ApiObjects.phase(
                ApiObjects.scheduled(POD),
                "Failed",
                "NodeAffinity",
                "Predicate NodeAffinity failed"),
            Reason.UNSCHEDULABLE,
            "NodeAffinity"),
        arguments(
            ApiObjects.phase(
                running, "Failed", "Preempting", "Preempted in order to admit critical pod"),
            Reason.PREEMPTED,
            "critical pod"),
        arguments(
            ApiObjects.phase(
                running, "Failed", "DeadlineExceeded", "Pod was active on the node longer"),
            Reason.DEADLINE,
            "longer"),
        arguments(
            ApiObjects.deleting(ApiObjects.ended(POD, 143, "Error", null, 20, 40), 40),
            Reason.POD_DELETED,
            "train-0-abcde was deleted (exit code 143)"),
        // The kubelet's last word on a deleted pod: no grace any more, and a later time.
        arguments(
            ApiObjects.confirmedGone(ApiObjects.ended(POD, 137, "Error", null, 20, 40), 41),
            Reason.POD_DELETED,
            "train-0-abcde was deleted (exit code 137)"),
        arguments(
            ApiObjects.confirmedGone(ApiObjects.ended(POD, 137, "Error", null, 20, 40), 100),
            Reason.EXIT_CODE,
            "Exit code 137"),
        arguments(ApiObjects.confirmedGone(exited, 41), Reason.EXIT_CODE, "Exit code 3"),
        arguments(ApiObjects.deleting(exited, 100), Reason.EXIT_CODE, "Exit code 3"),
        arguments(
            ApiObjects.phase(ApiObjects.scheduled(POD), "Failed", null, "something new"),
            Reason.OTHER,
            "something new"));
  }

  @ParameterizedTest
  @MethodSource
  void endings(Pod pod, Reason reason, String message) {
    PodReader reader = new PodReader(new SeenPod(pod, false));

    assertThat(reader.isOver()).isTrue();
    assertThat(reader.isRunning()).isFalse();
    assertThat(reader.attempt().reason()).isEqualTo(reason);
    assertThat(reader.attempt().message()).contains(message);
    // Pods are cleaned up some time after their end; that is not why they ended.
    if (!pod.getStatus().getContainerStatuses().isEmpty()) {
      assertThat(new PodReader(new SeenPod(pod, true)).ending()).isEqualTo(reader.ending());
    }
  }

  @Test
  void a_pod_that_vanished_while_it_ran_says_what_is_not_known() {
    PodReader reader = new PodReader(new SeenPod(ApiObjects.running(POD, 20), true));

    assertThat(reader.isOver()).isTrue();
    assertThat(reader.attempt().reason()).isEqualTo(Reason.POD_DELETED);
    assertThat(reader.attempt().message()).contains("train-0-abcde", "was not seen");
    assertThat(reader.attempt().exitCode()).isEmpty();
  }

  @Test
  void exit_code_0_is_success_even_if_the_pod_lives_on() {
    Pod pod =
        ApiObjects.phase(
            ApiObjects.ended(POD, 0, "Completed", null, 20, 40), "Running", null, null);
    PodReader reader = new PodReader(new SeenPod(pod, false));

    assertThat(reader.isOver()).isTrue();
    assertThat(reader.succeeded()).isTrue();
    assertThat(reader.attempt().reason()).isEqualTo(Reason.NONE);
    assertThat(reader.attempt().exitCode()).hasValue(0);
  }

  @Test
  void exit_code_0_is_success_whatever_the_program_said() {
    PodReader reader =
        new PodReader(
            new SeenPod(
                ApiObjects.ended(POD, 0, "Completed", ApiObjects.GPU_FAULT, 20, 40), false));

    assertThat(reader.succeeded()).isTrue();
    assertThat(reader.attempt().reason()).isEqualTo(Reason.NONE);
    assertThat(reader.attempt().message()).isEmpty();
  }

  @Test
  void the_remedy_of_a_fault_is_the_one_that_the_program_gave() {
    Pod pod = ApiObjects.ended(POD, 1, "Error", ApiObjects.GPU_FAULT, 20, 40);

    assertThat(new PodReader(new SeenPod(pod, false)).ending())
        .isEqualTo(new Cause(Reason.GPU_FAULT, "Xid 79 (exit code 1)", "Drain it"));
  }

  @Property(tries = 300)
  void whatever_a_program_leaves_behind_its_exit_code_is_there(
      @ForAll String text, @ForAll boolean asFault) {
    String message = (asFault ? "::windlass-fault:: " : "") + text;
    Pod pod = ApiObjects.ended(POD, 3, "Error", message, 20, 40);

    Attempt attempt = new PodReader(new SeenPod(pod, false)).attempt();

    assertThat(attempt.reason()).isEqualTo(Reason.EXIT_CODE);
    assertThat(attempt.message()).startsWith("Exit code 3").endsWith(message.strip());
    assertThat(attempt.exitCode()).hasValue(3);
  }

  @Test
  void exit_code_0_of_an_evicted_pod_is_no_success() {
    Pod pod =
        ApiObjects.phase(
            ApiObjects.ended(POD, 0, "Completed", null, 20, 40),
            "Failed",
            "Evicted",
            "low on disk");

    assertThat(new PodReader(new SeenPod(pod, false)).succeeded()).isFalse();
    assertThat(new PodReader(new SeenPod(pod, false)).ending().reason()).isEqualTo(Reason.EVICTED);
  }

  @Test
  void a_dead_node_names_what_frees_the_pod() {
    Pod pod =
        ApiObjects.deleting(
            ApiObjects.disrupted(
                ApiObjects.running(POD, 20),
                "DeletionByTaintManager",
                "Taint manager: deleting due to NoExecute taint"),
            100);
    PodReader reader = new PodReader(new SeenPod(pod, false));

    assertThat(reader.isRunning()).isTrue();
    assertThat(reader.running().reason()).isEqualTo(Reason.NODE_LOST);
    assertThat(reader.running().message()).contains("gpu-node-3");
    assertThat(reader.running().remedy()).contains("out-of-service");
  }

  @Test
  void a_running_pod_that_is_being_deleted_says_so() {
    Pod pod = ApiObjects.deleting(ApiObjects.running(POD, 20), 100);

    assertThat(new PodReader(new SeenPod(pod, false)).running().reason())
        .isEqualTo(Reason.POD_DELETED);
  }

  private static Cause waiting(Pod pod) {
    return new PodReader(new SeenPod(pod, false)).waiting();
  }
}
