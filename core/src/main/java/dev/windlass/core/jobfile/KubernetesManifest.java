package dev.windlass.core.jobfile;

import dev.windlass.core.job.ConfigMap;
import dev.windlass.core.job.Cpu;
import dev.windlass.core.job.EmptyDir;
import dev.windlass.core.job.EnvValue;
import dev.windlass.core.job.GpuJob;
import dev.windlass.core.job.GpuRequest;
import dev.windlass.core.job.HostPath;
import dev.windlass.core.job.ImagePullPolicy;
import dev.windlass.core.job.Memory;
import dev.windlass.core.job.MountSource;
import dev.windlass.core.job.Nfs;
import dev.windlass.core.job.PersistentVolumeClaim;
import dev.windlass.core.job.Secret;
import dev.windlass.core.job.Toleration;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads a plain Kubernetes Pod or Job as a job of Windlass. Whatever it does not carry over it
 * names in a note: all keys that no line of this class asks for, found by asking.
 */
public final class KubernetesManifest {
  private static final String GPU = "nvidia.com/gpu";
  private static final String PRODUCT = "nvidia.com/gpu.product";

  /** What the API server itself writes into an object. */
  private static final Set<String> SERVER_SET =
      Set.of(
          "status",
          "metadata.uid",
          "metadata.resourceVersion",
          "metadata.creationTimestamp",
          "metadata.generation",
          "metadata.managedFields",
          "metadata.selfLink",
          "spec.selector",
          // Labels and annotations.
          "controller-uid",
          "job-name",
          "batch.kubernetes.io/controller-uid",
          "batch.kubernetes.io/job-name",
          "batch.kubernetes.io/job-tracking",
          "kubectl.kubernetes.io/last-applied-configuration");

  /** Values that the API server fills in, and that hold for a job of Windlass as well. */
  private static final Map<String, String> DEFAULTS =
      Map.of(
          "dnsPolicy", "ClusterFirst",
          "schedulerName", "default-scheduler",
          "terminationMessagePath", "/dev/termination-log",
          "terminationMessagePolicy", "File",
          "suspend", "false");

  private final String origin;
  private final List<JobFileException.Mistake> mistakes = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();

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
      quiet(spec, "completions", "1");
      quiet(spec, "parallelism", "1");
      FieldReader template = sub(spec, "template");
      FieldReader podMeta = sub(template, "metadata");
      labels(podMeta, job);
      pod(sub(template, "spec"), job);
      left(podMeta);
      left(template);
      left(spec);
    }
    left(meta);
    left(in);
    return new Imported(JobReader.build(job, root, origin, mistakes), notes);
  }

  private void labels(FieldReader meta, GpuJob.Builder job) {
    meta.textMap("labels")
        .forEach((key, value) -> own(meta.at("labels"), key).ifPresent(k -> job.label(k, value)));
    meta.textMap("annotations")
        .forEach(
            (key, value) ->
                own(meta.at("annotations"), key).ifPresent(k -> job.annotation(k, value)));
  }

  /** The key, unless the API server or Windlass itself sets it. */
  private Optional<String> own(String field, String key) {
    if (isReserved(key)) {
      notes.add(field + "." + key + " is left out: Windlass sets it itself");
    }
    return SERVER_SET.contains(key) || isReserved(key) ? Optional.empty() : Optional.of(key);
  }

  private static boolean isReserved(String key) {
    return key.startsWith("windlass.dev/") || key.equals("app.kubernetes.io/managed-by");
  }

  private void pod(FieldReader spec, GpuJob.Builder job) {
    Map<String, MountSource> volumes = new LinkedHashMap<>();
    spec.items("volumes", (node, at) -> volume(spec.sub(node, at), volumes));
    quiet(spec, "restartPolicy", "Never");
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
      left(security);
    }
    int[] index = {0};
    spec.items(
        "containers",
        (node, at) -> {
          if (index[0]++ == 0) {
            container(spec.sub(node, at), volumes, product, job);
          } else {
            notes.add(at + " is left out: a job has one container");
          }
        });
    if (index[0] == 0) {
      spec.wrong(spec.node(), spec.at("containers") + " must name one container");
    }
    left(spec);
  }

  private void container(
      FieldReader in,
      Map<String, MountSource> volumes,
      Optional<String> product,
      GpuJob.Builder job) {
    in.text("name");
    in.text("image", job::image);
    in.value(
        "imagePullPolicy", t -> JobReader.word(ImagePullPolicy.class, t), job::imagePullPolicy);
    in.texts("command", job::command);
    in.texts("args", job::args);
    in.text("workingDir", job::workingDir);
    in.items("env", (node, at) -> env(in.sub(node, at), job));
    resources(in, product, job);
    if (in.get("securityContext").isPresent()) {
      FieldReader security = sub(in, "securityContext");
      runAs(security, job);
      left(security);
    }
    in.items("volumeMounts", (node, at) -> mount(in.sub(node, at), volumes, job));
    left(in);
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
            notes.add(resources.at("requests." + name) + " (" + value + ") is the limit as well");
          } else if (!limits.getOrDefault(name, value).equals(value)) {
            notes.add(
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
              default -> notes.add(resources.at(name) + " (" + value + ") is left out");
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
    left(resources);
  }

  private void volume(FieldReader in, Map<String, MountSource> volumes) {
    String name = in.text("name").orElse("");
    in.map(
        "nfs",
        v -> {
          volumes.put(name, Nfs.of(v.text("server").orElse(""), v.text("path").orElse("")));
          quiet(v, "readOnly", "false");
          left(v);
        });
    in.map(
        "persistentVolumeClaim",
        v -> {
          volumes.put(name, PersistentVolumeClaim.of(v.text("claimName").orElse("")));
          quiet(v, "readOnly", "false");
          left(v);
        });
    in.map(
        "hostPath",
        v -> {
          volumes.put(name, HostPath.of(v.text("path").orElse("")));
          left(v);
        });
    in.map(
        "configMap",
        v -> {
          volumes.put(name, ConfigMap.of(v.text("name").orElse("")));
          left(v);
        });
    in.map(
        "secret",
        v -> {
          volumes.put(name, Secret.of(v.text("secretName").orElse("")));
          left(v);
        });
    in.map(
        "emptyDir",
        v -> {
          List<Memory> limit = new ArrayList<>();
          v.value("sizeLimit", Memory::parse, limit::add);
          boolean memory = v.text("medium").orElse("").equals("Memory");
          volumes.put(
              name,
              new EmptyDir(
                  memory ? EmptyDir.Medium.MEMORY : EmptyDir.Medium.DISK,
                  limit.stream().findFirst()));
          left(v);
        });
    if (!volumes.containsKey(name)) {
      notes.add(in.path() + " (" + name + ") is left out: a job has no such kind of mount");
    } else {
      left(in);
    }
  }

  private void mount(FieldReader in, Map<String, MountSource> volumes, GpuJob.Builder job) {
    String name = in.text("name").orElse("");
    String path = in.text("mountPath").orElse("");
    boolean[] readOnly = {false};
    in.bool("readOnly", b -> readOnly[0] = b);
    MountSource source = volumes.get(name);
    if (source == null) {
      notes.add(in.path() + " is left out: so is its volume '" + name + "'");
    } else if (path.matches("/dev/shm/*")) {
      sharedMemory(in, source, job);
    } else if (readOnly[0]) {
      job.mountReadOnly(source, path);
    } else {
      job.mount(source, path);
    }
    left(in);
  }

  private void sharedMemory(FieldReader in, MountSource source, GpuJob.Builder job) {
    if (source instanceof EmptyDir dir && dir.medium() == EmptyDir.Medium.MEMORY) {
      if (dir.sizeLimit().isPresent()) {
        job.sharedMemory(dir.sizeLimit().get());
      } else {
        notes.add(in.path() + " is left out: a job with GPUs has shared memory anyway");
      }
    } else {
      notes.add(in.path() + " is left out: a job's shared memory is in memory");
    }
  }

  private void env(FieldReader in, GpuJob.Builder job) {
    String name = in.text("name").orElse("");
    Optional<String> value = in.text("value");
    if (in.get("valueFrom").isEmpty()) {
      job.env(name, value.orElse(""));
    } else {
      FieldReader from = sub(in, "valueFrom");
      from.map(
          "secretKeyRef",
          r -> {
            job.env(name, EnvValue.fromSecret(r.text("name").orElse(""), r.text("key").orElse("")));
            left(r);
          });
      from.map(
          "configMapKeyRef",
          r -> {
            job.env(
                name, EnvValue.fromConfigMap(r.text("name").orElse(""), r.text("key").orElse("")));
            left(r);
          });
      left(from);
    }
    left(in);
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
    left(in);
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

  /** Takes a key whose only value that a job can have is this one; any other is noted. */
  private void quiet(FieldReader in, String key, String value) {
    in.text(key)
        .filter(v -> !v.equals(value))
        .ifPresent(v -> notes.add(in.at(key) + " (" + v + ") is left out: here it is " + value));
  }

  private void left(FieldReader in) {
    in.unasked()
        .forEach(
            (key, node) -> {
              String at = in.at(key);
              if (!SERVER_SET.contains(at)
                  && !at.endsWith("metadata.creationTimestamp")
                  && node.kind() != FileNode.Kind.NULL
                  && !node.text().equals(DEFAULTS.get(key))) {
                notes.add(at + " (line " + node.line() + ") is left out");
              }
            });
  }

  private static FieldReader sub(FieldReader in, String key) {
    FileNode none = new FileNode(FileNode.Kind.MAP, "", Map.of(), List.of(), in.node().line(), 1);
    return in.sub(in.get(key).orElse(none), in.at(key));
  }
}
