package dev.windlass.kube.render;

import dev.windlass.core.job.GpuJob;
import dev.windlass.core.job.InlineFiles;
import dev.windlass.core.job.InvalidJobException;
import dev.windlass.core.job.Mount;
import dev.windlass.core.job.Problem;
import dev.windlass.core.job.Sharing;
import dev.windlass.core.jobfile.JobFile;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * From a job to the Kubernetes objects that run it: a {@code batch/v1} Job and the config maps of
 * its inline files. Standard objects, readable without Windlass.
 *
 * <p>The Job is an indexed one of one index, since only those count the failures of a pod ({@code
 * backoffLimitPerIndex}) apart from what preemption and drains took away ({@code
 * podFailurePolicy}), and tell the pod its number.
 */
public final class JobRenderer {
  private JobRenderer() {}

  /**
   * The objects: the Job first, then what it owns. They name no namespace unless the job does, and
   * the Job must be made the others' owner once it has a uid.
   *
   * @param submittedAt from when the deadline counts that the program is told of
   * @throws InvalidJobException if the job asks for what cannot be rendered
   */
  public static List<HasMetadata> render(GpuJob job, Instant submittedAt) {
    check(job);
    List<HasMetadata> objects = new ArrayList<>();
    objects.add(job(job, submittedAt));
    for (int i = 0; i < job.mounts().size(); i++) {
      Mount mount = job.mounts().get(i);
      if (mount.source() instanceof InlineFiles files) {
        objects.add(files(job, Names.inlineFiles(job.name(), i), files));
      }
    }
    return List.copyOf(objects);
  }

  private static void check(GpuJob job) {
    List<Problem> problems = new ArrayList<>();
    if (job.image().isEmpty()) {
      problems.add(
          new Problem("image", "", "is missing", "name the container image: Kubernetes needs one"));
    }
    if (!job.gpu().sharing().equals(Sharing.exclusive())) {
      problems.add(
          new Problem(
              "gpu.sharing",
              job.gpu().sharing().toString(),
              "is not there yet on Kubernetes",
              "ask for exclusive GPUs, or leave it out"));
    }
    if (!problems.isEmpty()) {
      throw new InvalidJobException("rendering job '" + job.name() + "' for Kubernetes", problems);
    }
  }

  /** The objects as YAML documents, as {@code kubectl apply -f} takes them. */
  public static String toYaml(List<HasMetadata> objects) {
    return objects.stream().map(Serialization::asYaml).collect(Collectors.joining());
  }

  private static Job job(GpuJob job, Instant submittedAt) {
    Map<String, String> annotations = new TreeMap<>(job.annotations());
    annotations.put(Names.DIGEST, JobFile.digest(job));
    annotations.put(Names.START_DEADLINE, Long.toString(job.startDeadline().toSeconds()));
    return new JobBuilder()
        .withNewMetadata()
        .withName(job.name())
        .withNamespace(job.namespace().orElse(null))
        .withLabels(labels(job))
        .withAnnotations(annotations)
        .endMetadata()
        .withNewSpec()
        .withCompletionMode("Indexed")
        .withCompletions(1)
        .withParallelism(1)
        .withBackoffLimitPerIndex(job.retries())
        .withPodReplacementPolicy("Failed")
        .withNewPodFailurePolicy()
        .addNewRule()
        .withAction("Ignore")
        .addNewOnPodCondition("True", "DisruptionTarget")
        .endRule()
        .endPodFailurePolicy()
        .withActiveDeadlineSeconds(job.deadline().map(d -> d.toSeconds()).orElse(null))
        .withTtlSecondsAfterFinished(
            job.ttlAfterFinished().map(d -> Math.toIntExact(d.toSeconds())).orElse(null))
        .withNewTemplate()
        .withNewMetadata()
        .withLabels(labels(job))
        .withAnnotations(new TreeMap<>(job.annotations()))
        .endMetadata()
        .withSpec(PodRenderer.spec(job, submittedAt))
        .endTemplate()
        .endSpec()
        .build();
  }

  /** The same on all that is made for the job; a user's own label of a standard name wins. */
  private static Map<String, String> labels(GpuJob job) {
    Map<String, String> labels = new TreeMap<>();
    labels.put("app.kubernetes.io/name", job.name());
    labels.putAll(job.labels());
    labels.put(Names.MANAGED_BY_LABEL, Names.MANAGED_BY);
    labels.put(Names.JOB_LABEL, job.name());
    return labels;
  }

  private static ConfigMap files(GpuJob job, String name, InlineFiles files) {
    Map<String, String> texts = new TreeMap<>();
    Map<String, String> binaries = new TreeMap<>();
    for (String file : files.names()) {
      byte[] bytes = files.content(file);
      utf8(bytes)
          .ifPresentOrElse(
              text -> texts.put(file, text),
              () -> binaries.put(file, Base64.getEncoder().encodeToString(bytes)));
    }
    return new ConfigMapBuilder()
        .withNewMetadata()
        .withName(name)
        .withNamespace(job.namespace().orElse(null))
        .withLabels(labels(job))
        .withAnnotations(new TreeMap<>(job.annotations()))
        .endMetadata()
        .withImmutable(true)
        .withData(texts)
        .withBinaryData(binaries)
        .build();
  }

  private static Optional<String> utf8(byte[] bytes) {
    try {
      return Optional.of(
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }
}
