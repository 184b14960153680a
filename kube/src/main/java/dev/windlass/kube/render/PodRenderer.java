package dev.windlass.kube.render;

import dev.windlass.core.backend.JobEnvironments;
import dev.windlass.core.context.JobEnvironment;
import dev.windlass.core.job.EnvValue;
import dev.windlass.core.job.GpuJob;
import dev.windlass.core.job.ImagePullPolicy;
import dev.windlass.core.job.Memory;
import dev.windlass.core.job.PersistentVolumeClaim;
import dev.windlass.core.job.Toleration;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.api.model.PodSecurityContextBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.SecurityContextBuilder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * The pod of a job. It passes the restricted Pod Security Standard unless the job runs as root or
 * mounts a host path or NFS, which that standard wants to be a persistent volume claim.
 */
final class PodRenderer {
  /** The resource under which NVIDIA's device plugin offers whole GPUs. */
  private static final String GPU = "nvidia.com/gpu";

  /** Group that may write to claimed volumes where the job names no user of its own. */
  private static final long VOLUME_GROUP = 65532;

  /** Where a container's terminationMessagePath is if its pod does not say. */
  private static final String TERMINATION_MESSAGE = "/dev/termination-log";

  private PodRenderer() {}

  static PodSpec spec(GpuJob job, Instant submittedAt) {
    Volumes volumes = Volumes.of(job);
    return new PodSpecBuilder()
        .withRestartPolicy("Never")
        .withServiceAccountName(job.serviceAccount().orElse(null))
        // A program that names no service account does not talk to the API server.
        .withAutomountServiceAccountToken(job.serviceAccount().isPresent())
        .withPriorityClassName(job.priorityClass().orElse(null))
        .withTerminationGracePeriodSeconds(job.terminationGrace().toSeconds())
        .withImagePullSecrets(
            job.imagePullSecrets().stream().map(LocalObjectReference::new).toList())
        .withNodeSelector(job.nodeSelector().isEmpty() ? null : new TreeMap<>(job.nodeSelector()))
        .withAffinity(GpuAffinity.of(job.gpu()).orElse(null))
        .withTolerations(tolerations(job))
        .withSecurityContext(podSecurity(job))
        .withContainers(container(job, submittedAt, volumes))
        .withVolumes(volumes.volumes())
        .build();
  }

  private static Container container(GpuJob job, Instant submittedAt, Volumes volumes) {
    return new ContainerBuilder()
        .withName(Names.CONTAINER)
        .withImage(job.image().orElseThrow())
        .withImagePullPolicy(job.imagePullPolicy().map(PodRenderer::policy).orElse(null))
        .withCommand(job.command().stream().map(PodRenderer::literal).toList())
        .withArgs(job.args().stream().map(PodRenderer::literal).toList())
        .withWorkingDir(job.workingDir().orElse(null))
        .withEnv(env(job, submittedAt))
        .withResources(resources(job))
        .withSecurityContext(containerSecurity(job))
        .withVolumeMounts(volumes.mounts())
        .build();
  }

  private static String policy(ImagePullPolicy policy) {
    return switch (policy) {
      case ALWAYS -> "Always";
      case IF_NOT_PRESENT -> "IfNotPresent";
      case NEVER -> "Never";
    };
  }

  /**
   * Kubernetes replaces {@code $(NAME)} and {@code $$} in commands and values; a job's words are
   * meant as they stand. A dollar sign that could begin either is doubled.
   */
  static String literal(String word) {
    return word.replaceAll("\\$(?=[$(])", "\\$\\$");
  }

  private static List<EnvVar> env(GpuJob job, Instant submittedAt) {
    Map<String, EnvVar> env = new TreeMap<>();
    if (job.gpu().count() == 0) {
      // Without it, NVIDIA's container runtime shows the pod every GPU of the node.
      env.put("NVIDIA_VISIBLE_DEVICES", new EnvVar("NVIDIA_VISIBLE_DEVICES", "none", null));
    }
    JobEnvironments.of(job).forEach((name, value) -> env.put(name, variable(name, value)));
    env.put(
        JobEnvironment.FAULT_FILE,
        new EnvVar(JobEnvironment.FAULT_FILE, TERMINATION_MESSAGE, null));
    env.put(
        JobEnvironment.FAILED_ATTEMPTS,
        annotation(JobEnvironment.FAILED_ATTEMPTS, Names.FAILURE_COUNT));
    env.put(JobEnvironment.REPLICA, annotation(JobEnvironment.REPLICA, Names.COMPLETION_INDEX));
    job.deadline()
        .map(d -> submittedAt.plus(d).toString())
        .ifPresent(
            t -> env.put(JobEnvironment.DEADLINE, new EnvVar(JobEnvironment.DEADLINE, t, null)));
    return new ArrayList<>(env.values());
  }

  private static EnvVar variable(String name, EnvValue value) {
    EnvVarBuilder env = new EnvVarBuilder().withName(name);
    if (value instanceof EnvValue.FromSecret ref) {
      return env.withNewValueFrom()
          .withNewSecretKeyRef(ref.key(), ref.name(), null)
          .endValueFrom()
          .build();
    } else if (value instanceof EnvValue.FromConfigMap ref) {
      return env.withNewValueFrom()
          .withNewConfigMapKeyRef(ref.key(), ref.name(), null)
          .endValueFrom()
          .build();
    }
    return env.withValue(literal(((EnvValue.Literal) value).value())).build();
  }

  private static EnvVar annotation(String name, String annotation) {
    return new EnvVarBuilder()
        .withName(name)
        .withNewValueFrom()
        .withNewFieldRef(null, "metadata.annotations['" + annotation + "']")
        .endValueFrom()
        .build();
  }

  /** What is requested is also the limit, but for CPU: a job may use what is idle. */
  private static ResourceRequirements resources(GpuJob job) {
    Map<String, Quantity> requests = new TreeMap<>();
    Map<String, Quantity> limits = new TreeMap<>();
    job.cpu().ifPresent(c -> requests.put("cpu", new Quantity(c.toString())));
    both(requests, limits, "memory", job.memory());
    both(requests, limits, "ephemeral-storage", job.ephemeralStorage());
    if (job.gpu().count() > 0) {
      limits.put(GPU, new Quantity(Integer.toString(job.gpu().count())));
    }
    return new ResourceRequirementsBuilder().withRequests(requests).withLimits(limits).build();
  }

  private static void both(
      Map<String, Quantity> requests,
      Map<String, Quantity> limits,
      String name,
      Optional<Memory> amount) {
    amount.ifPresent(
        m -> {
          requests.put(name, new Quantity(m.toString()));
          limits.put(name, new Quantity(m.toString()));
        });
  }

  private static List<io.fabric8.kubernetes.api.model.Toleration> tolerations(GpuJob job) {
    List<Toleration> all = new ArrayList<>(job.tolerations());
    Toleration gpuNodes = Toleration.exists(GPU);
    if (job.gpu().count() > 0 && !all.contains(gpuNodes)) {
      all.add(gpuNodes);
    }
    return all.stream().map(PodRenderer::toleration).toList();
  }

  private static io.fabric8.kubernetes.api.model.Toleration toleration(Toleration t) {
    return new io.fabric8.kubernetes.api.model.TolerationBuilder()
        .withKey(t.key().orElse(null))
        .withOperator(t.value().isPresent() ? "Equal" : "Exists")
        .withValue(t.value().orElse(null))
        .withEffect(t.effect().map(PodRenderer::effect).orElse(null))
        .build();
  }

  private static String effect(Toleration.Effect effect) {
    return switch (effect) {
      case NO_SCHEDULE -> "NoSchedule";
      case PREFER_NO_SCHEDULE -> "PreferNoSchedule";
      case NO_EXECUTE -> "NoExecute";
    };
  }

  private static PodSecurityContext podSecurity(GpuJob job) {
    PodSecurityContextBuilder security =
        new PodSecurityContextBuilder()
            .withNewSeccompProfile()
            .withType("RuntimeDefault")
            .endSeccompProfile();
    job.runAsUser().ifPresent(security::withRunAsUser);
    if (!isRoot(job)) {
      security.withRunAsNonRoot(true);
      if (job.mounts().stream().anyMatch(m -> m.source() instanceof PersistentVolumeClaim)) {
        // A new volume belongs to root; without a group, a program that is not root cannot write.
        security
            .withFsGroup(job.runAsUser().orElse(VOLUME_GROUP))
            .withFsGroupChangePolicy("OnRootMismatch");
      }
    }
    return security.build();
  }

  private static SecurityContext containerSecurity(GpuJob job) {
    SecurityContextBuilder security =
        new SecurityContextBuilder().withAllowPrivilegeEscalation(false);
    if (!isRoot(job)) {
      // What needs root also needs the capabilities that a container has by default.
      security.withNewCapabilities().withDrop("ALL").endCapabilities();
    }
    return security.build();
  }

  private static boolean isRoot(GpuJob job) {
    return job.runAsUser().equals(OptionalLong.of(0));
  }
}
