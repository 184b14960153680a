package dev.windlass.core.jobfile;

import dev.windlass.core.job.ComputeCapability;
import dev.windlass.core.job.Cpu;
import dev.windlass.core.job.EnvValue;
import dev.windlass.core.job.GpuJob;
import dev.windlass.core.job.GpuRequest;
import dev.windlass.core.job.ImagePullPolicy;
import dev.windlass.core.job.InvalidJobException;
import dev.windlass.core.job.Memory;
import dev.windlass.core.job.Sharing;
import dev.windlass.core.job.Toleration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** Reads Windlass's own form. {@link JobForm} writes it; the two name the same keys. */
final class JobReader {
  static final String API_VERSION = "windlass.dev/v1";
  static final String KIND = "GpuJob";

  private JobReader() {}

  static GpuJob read(FileNode root, String origin) {
    List<JobFileException.Mistake> mistakes = new ArrayList<>();
    FieldReader in = new FieldReader(root, "", mistakes);
    in.text("apiVersion", v -> expect(in, "apiVersion", v, API_VERSION));
    in.text("kind", v -> expect(in, "kind", v, KIND));
    MountForm.required(in, "apiVersion");
    MountForm.required(in, "kind");
    GpuJob.Builder job = GpuJob.builder(MountForm.required(in, "name").orElse("unnamed"));
    in.text("namespace", job::namespace);
    in.text("image", job::image);
    in.value("imagePullPolicy", t -> word(ImagePullPolicy.class, t), job::imagePullPolicy);
    in.texts("imagePullSecrets", names -> names.forEach(job::imagePullSecret));
    in.texts("command", job::command);
    in.texts("args", job::args);
    in.text("workingDir", job::workingDir);
    in.fields("env", (name, value) -> env(in, name, value, job));
    in.map("gpu", gpu -> gpu(gpu, job));
    in.value("cpu", Cpu::parse, job::cpu);
    in.value("memory", Memory::parse, job::memory);
    in.value("ephemeralStorage", Memory::parse, job::ephemeralStorage);
    in.value("sharedMemory", Memory::parse, job::sharedMemory);
    in.items("mounts", (node, at) -> MountForm.read(in.sub(node, at), job));
    in.bool("memoryGrowth", job::memoryGrowth);
    in.integer("retries", job::retries);
    in.value("deadline", Durations::parse, job::deadline);
    in.value("startDeadline", Durations::parse, job::startDeadline);
    in.value("ttlAfterFinished", Durations::parse, job::ttlAfterFinished);
    in.value("terminationGrace", Durations::parse, job::terminationGrace);
    in.whole("runAsUser", uid -> runAs(uid, job));
    in.text("serviceAccount", job::serviceAccount);
    in.text("priorityClass", job::priorityClass);
    in.textMap("nodeSelector").forEach(job::nodeSelector);
    in.items("tolerations", (node, at) -> toleration(in.sub(node, at), job));
    in.textMap("labels").forEach(job::label);
    in.textMap("annotations").forEach(job::annotation);
    in.finish();
    return build(job, root, origin, mistakes);
  }

  /** Builds the job, unless there were mistakes; the job's own rules add theirs. */
  static GpuJob build(
      GpuJob.Builder job, FileNode root, String origin, List<JobFileException.Mistake> mistakes) {
    if (mistakes.isEmpty()) {
      try {
        return job.build();
      } catch (InvalidJobException e) {
        e.problems()
            .forEach(
                p -> {
                  FileNode at = root.fields().getOrDefault(p.field().split("[.\\[]", 2)[0], root);
                  mistakes.add(new JobFileException.Mistake(at.line(), at.column(), p.toString()));
                });
      }
    }
    throw new JobFileException(origin, mistakes);
  }

  private static void runAs(long uid, GpuJob.Builder job) {
    if (uid == 0) {
      job.runAsRoot();
    } else {
      job.runAsUser(uid);
    }
  }

  private static void expect(FieldReader in, String key, String value, String expected) {
    if (!value.equals(expected)) {
      in.wrong(
          in.node().fields().getOrDefault(key, in.node()),
          key + " must be " + expected + ", not '" + value + "'");
    }
  }

  private static void env(FieldReader in, String name, FileNode value, GpuJob.Builder job) {
    String at = in.at("env") + "." + name;
    if (value.kind() != FileNode.Kind.MAP) {
      in.scalar(value, at).ifPresent(t -> job.env(name, t));
      return;
    }
    FieldReader ref = in.sub(value, at);
    List<EnvValue> found = new ArrayList<>();
    ref.map("secret", s -> keyOf(s).ifPresent(k -> found.add(EnvValue.fromSecret(k[0], k[1]))));
    ref.map(
        "configMap", s -> keyOf(s).ifPresent(k -> found.add(EnvValue.fromConfigMap(k[0], k[1]))));
    ref.finish();
    if (ref.known().stream().filter(k -> value.fields().containsKey(k)).count() != 1) {
      in.wrong(value, at + " must be text, or have exactly one of secret, configMap");
    }
    found.forEach(v -> job.env(name, v));
  }

  private static Optional<String[]> keyOf(FieldReader in) {
    Optional<String> name = MountForm.required(in, "name");
    Optional<String> key = MountForm.required(in, "key");
    in.finish();
    return name.isPresent() && key.isPresent()
        ? Optional.of(new String[] {name.get(), key.get()})
        : Optional.empty();
  }

  private static void gpu(FieldReader in, GpuJob.Builder job) {
    GpuRequest[] gpu = {GpuRequest.of(1)};
    in.integer("count", n -> gpu[0] = GpuRequest.of(n));
    in.text("product", v -> gpu[0] = gpu[0].product(v));
    in.value("memory", Memory::parse, v -> gpu[0] = gpu[0].memoryAtLeast(v));
    in.value(
        "computeCapability",
        ComputeCapability::parse,
        v -> gpu[0] = gpu[0].computeCapabilityAtLeast(v));
    in.value("memoryLimit", Memory::parse, v -> gpu[0] = gpu[0].memoryLimit(v));
    in.map("sharing", s -> sharing(s).ifPresent(v -> gpu[0] = gpu[0].sharing(v)));
    in.finish();
    job.gpu(gpu[0]);
  }

  private static Optional<Sharing> sharing(FieldReader in) {
    String mode = MountForm.required(in, "mode").orElse("exclusive");
    in.get("profile");
    in.get("deviceClass");
    in.finish();
    return switch (mode) {
      case "exclusive" -> Optional.of(Sharing.exclusive());
      case "timeSliced" -> Optional.of(Sharing.timeSliced());
      case "mps" -> Optional.of(Sharing.mps());
      case "mig" -> MountForm.required(in, "profile").map(Sharing::mig);
      case "dra" -> MountForm.required(in, "deviceClass").map(Sharing::dra);
      default -> {
        in.wrong(
            in.node(),
            in.at("mode") + " must be exclusive, mig, timeSliced, mps or dra, not " + mode);
        yield Optional.empty();
      }
    };
  }

  private static void toleration(FieldReader in, GpuJob.Builder job) {
    Optional<String> key = in.text("key");
    Optional<String> value = in.text("value");
    List<Toleration.Effect> effect = new ArrayList<>();
    in.value("effect", t -> word(Toleration.Effect.class, t), effect::add);
    in.finish();
    job.toleration(new Toleration(key, value, effect.stream().findFirst()));
  }

  /** IF_NOT_PRESENT is IfNotPresent in a file, as Kubernetes writes it. */
  static <E extends Enum<E>> E word(Class<E> type, String text) {
    return Arrays.stream(type.getEnumConstants())
        .filter(e -> word(e).equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "write one of "
                        + Arrays.stream(type.getEnumConstants())
                            .map(JobReader::word)
                            .collect(Collectors.joining(", "))));
  }

  static String word(Enum<?> value) {
    return Arrays.stream(value.name().split("_"))
        .map(w -> w.charAt(0) + w.substring(1).toLowerCase(Locale.ROOT))
        .collect(Collectors.joining());
  }
}
