package dev.windlass.core.jobfile;

import dev.windlass.core.job.Cpu;
import dev.windlass.core.job.EnvValue;
import dev.windlass.core.job.GpuJob;
import dev.windlass.core.job.GpuRequest;
import dev.windlass.core.job.ImagePullPolicy;
import dev.windlass.core.job.Memory;
import dev.windlass.core.job.Toleration;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads a plain Kubernetes Pod or Job as a job of Windlass. Whatever it does not carry over it
 * names in a note: all keys that nobody asks for, found by asking. {@link ManifestVolumes} reads
 * the storage.
 */
public final class KubernetesManifest {
  private static final String GPU = "nvidia.com/gpu";
  private static final String PRODUCT = "nvidia.com/gpu.product";

  private final String origin;
  private final List<JobFileException.Mistake> mistakes = new ArrayList<>();
  private final LeftOut out = new LeftOut();

  private KubernetesManifest(String origin) {
    this.origin = origin;
  }

  /**
   * Reads a Pod or Job in YAML or JSON.
   *
   * @param origin what to call the text in messages
   * @throws JobFileException if it is neither, or naming every mistake with its line
   */
  public static Imported read(String text, String origin) {
    return read(FileParser.parse(text, origin), origin);
  }

  static Imported read(FileNode root, String origin) {
    return new KubernetesManifest(origin).read(root);
  }

  private Imported read(FileNode root) {
    FieldReader in = new FieldReader(root, "", mistakes);
    String kind = in.text("apiVersion").orElse("") + " " + in.text("kind").orElse("");
    if (!mistakes.isEmpty()) {
      throw new JobFileException(origin, mistakes);
    }
    if (!kind.equals("v1 Pod") && !kind.equals("batch/v1 Job")) {
      throw new JobFileException(
          origin,
          "It is '" + kind.strip() + "'",
          "Give a GpuJob of windlass.dev/v1, a Pod of v1 or a Job of batch/v1");
    }
    FieldReader meta = sub(in, "metadata");
    GpuJob.Builder job =
        GpuJob.builder(meta.text("name").or(() -> meta.text("generateName")).orElse("unnamed"));
    meta.text("namespace", job::namespace);
    labels(meta, job);
    if (kind.endsWith("Pod")) {
      pod(sub(in, "spec"), job);
    } else {
      FieldReader spec = sub(in, "spec");
      job.retries(6);
      spec.integer("backoffLimit", job::retries);
      spec.whole("activeDeadlineSeconds", s -> job.deadline(Duration.ofSeconds(s)));
      spec.whole("ttlSecondsAfterFinished", s -> job.ttlAfterFinished(Duration.ofSeconds(s)));
      out.unless(spec, "completions", "1");
      out.unless(spec, "parallelism", "1");
      FieldReader template = sub(spec, "template");
      FieldReader podMeta = sub(template, "metadata");
      labels(podMeta, job);
      pod(sub(template, "spec"), job);
      out.rest(podMeta);
      out.rest(template);
      out.rest(spec);
    }
    out.rest(meta);
    out.rest(in);
    return new Imported(JobReader.build(job, root, origin, mistakes), out.notes());
  }

  private void labels(FieldReader meta, GpuJob.Builder job) {
    meta.textMap("labels")
        .forEach(
            (key, value) -> out.own(meta.at("labels"), key).ifPresent(k -> job.label(k, value)));
    meta.textMap("annotations")
        .forEach(
            (key, value) ->
                out.own(meta.at("annotations"), key).ifPresent(k -> job.annotation(k, value)));
  }

  private void pod(FieldReader spec, GpuJob.Builder job) {
    ManifestVolumes volumes = new ManifestVolumes(out);
    spec.items("volumes", (node, at) -> volumes.volume(spec.sub(node, at)));
    out.unless(spec, "restartPolicy", "Never");
    spec.text("serviceAccountName", job::serviceAccount);
    spec.text("priorityClassName", job::priorityClass);
    spec.whole("terminationGracePeriodSeconds", s -> job.terminationGrace(Duration.ofSeconds(s)));
    spec.items(
        "imagePullSecrets", (node, at) -> spec.sub(node, at).text("name", job::imagePullSecret));
    spec.items("tolerations", (node, at) -> toleration(spec.sub(node, at), job));
    Map<String, String> selector = new LinkedHashMap<>(spec.textMap("nodeSelector"));
    Optional<String> product = Optional.ofNullable(selector.remove(PRODUCT));
    selector.forEach(job::nodeSelector);
    if (spec.get("securityContext").isPresent()) {
      FieldReader security = sub(spec, "securityContext");
      runAs(security, job);
      out.rest(security);
    }
    int[] index = {0};
    spec.items(
        "containers",
        (node, at) -> {
          if (index[0]++ == 0) {
            container(spec.sub(node, at), volumes, product, job);
          } else {
            out.note(at + " is left out: a job has one container");
          }
        });
    if (index[0] == 0) {
      spec.wrong(spec.node(), spec.at("containers") + " must name one container");
    }
    out.rest(spec);
  }

  private void container(
      FieldReader in, ManifestVolumes volumes, Optional<String> product, GpuJob.Builder job) {
    in.text("name");
    in.text("image", job::image);
    in.value(
        "imagePullPolicy", t -> JobReader.word(ImagePullPolicy.class, t), job::imagePullPolicy);
    References references = new References(out);
    in.items("env", (node, at) -> env(in.sub(node, at), references, job));
    in.texts("command", w -> job.command(references.resolve(w, in.at("command"))));
    in.texts("args", w -> job.args(references.resolve(w, in.at("args"))));
    in.text("workingDir", job::workingDir);
    resources(in, product, job);
    if (in.get("securityContext").isPresent()) {
      FieldReader security = sub(in, "securityContext");
      runAs(security, job);
      out.rest(security);
    }
    in.items("volumeMounts", (node, at) -> volumes.mount(in.sub(node, at), job));
    out.rest(in);
  }

  private void resources(FieldReader in, Optional<String> product, GpuJob.Builder job) {
    if (in.get("resources").isEmpty()) {
      product.ifPresent(p -> job.nodeSelector(PRODUCT, p));
      return;
    }
    FieldReader resources = sub(in, "resources");
    Map<String, String> all = new LinkedHashMap<>(resources.textMap("requests"));
    Map<String, String> limits = resources.textMap("limits");
    all.forEach(
        (name, value) -> {
          if (!limits.containsKey(name) && name.matches("memory|ephemeral-storage")) {
            out.note(resources.at("requests." + name) + " (" + value + ") is the limit as well");
          } else if (!limits.getOrDefault(name, value).equals(value)) {
            out.note(
                resources.at("requests." + name)
                    + " ("
                    + value
                    + ") is left out: the limit ("
                    + limits.get(name)
                    + ") is both");
          }
        });
    all.putAll(limits);
    FileNode node = resources.node();
    int[] count = {0};
    all.forEach(
        (name, value) -> {
          try {
            switch (name) {
              case GPU -> count[0] = Integer.parseInt(value);
              case "cpu" -> job.cpu(Cpu.parse(value));
              case "memory" -> job.memory(Memory.parse(value));
              case "ephemeral-storage" -> job.ephemeralStorage(Memory.parse(value));
              default -> out.note(resources.at(name) + " (" + value + ") is left out");
            }
          } catch (IllegalArgumentException e) {
            resources.wrong(node, resources.at(name) + ": '" + value + "': " + e.getMessage());
          }
        });
    GpuRequest gpu = GpuRequest.of(count[0]);
    if (count[0] > 0) {
      job.gpu(product.map(gpu::product).orElse(gpu));
    } else {
      product.ifPresent(p -> job.nodeSelector(PRODUCT, p));
    }
    out.rest(resources);
  }

  private void env(FieldReader in, References references, GpuJob.Builder job) {
    String name = in.text("name").orElse("");
    Optional<String> text = in.text("value");
    if (in.get("valueFrom").isEmpty()) {
      String value = references.resolve(text.orElse(""), in.at("value"));
      references.define(name, value);
      job.env(name, value);
    } else {
      FieldReader from = sub(in, "valueFrom");
      from.map(
          "secretKeyRef",
          r -> {
            job.env(name, EnvValue.fromSecret(r.text("name").orElse(""), r.text("key").orElse("")));
            out.rest(r);
          });
      from.map(
          "configMapKeyRef",
          r -> {
            job.env(
                name, EnvValue.fromConfigMap(r.text("name").orElse(""), r.text("key").orElse("")));
            out.rest(r);
          });
      out.rest(from);
    }
    out.rest(in);
  }

  private void toleration(FieldReader in, GpuJob.Builder job) {
    boolean exists = in.text("operator").orElse("Equal").equals("Exists");
    Optional<String> value = in.text("value");
    List<Toleration.Effect> effect = new ArrayList<>();
    in.value("effect", t -> JobReader.word(Toleration.Effect.class, t), effect::add);
    job.toleration(
        new Toleration(
            in.text("key"),
            exists ? value : value.or(() -> Optional.of("")),
            effect.stream().findFirst()));
    out.rest(in);
  }

  private static void runAs(FieldReader in, GpuJob.Builder job) {
    in.whole(
        "runAsUser",
        uid -> {
          if (uid == 0) {
            job.runAsRoot();
          } else {
            job.runAsUser(uid);
          }
        });
  }

  private static FieldReader sub(FieldReader in, String key) {
    FileNode none = new FileNode(FileNode.Kind.MAP, "", Map.of(), List.of(), in.node().line(), 1);
    return in.sub(in.get(key).orElse(none), in.at(key));
  }
}
