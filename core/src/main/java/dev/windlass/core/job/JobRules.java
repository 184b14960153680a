package dev.windlass.core.job;

import dev.windlass.core.context.JobEnvironment;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * What makes a job's description valid. Each method looks at some of the fields and adds what is
 * wrong to the list of problems; none stops at the first.
 */
final class JobRules {
  /**
   * A pod of the job is named {@code <job>-<index>-<5 letters>} and its host {@code <job>-<index>};
   * host names end at 63 characters.
   */
  static final int MAX_NAME = 57;

  /** The largest machines have 16 GPUs (NVIDIA DGX-2, AWS p2.16xlarge). */
  static final int MAX_GPUS = 16;

  private static final Pattern ENV_NAME = Pattern.compile("[-._a-zA-Z][-._a-zA-Z0-9]*");

  /** Registry and port, path, tag, digest, as "distribution/reference" has them. */
  private static final Pattern IMAGE =
      Pattern.compile(
          "((?=[^/]*[.:]|localhost/)[A-Za-z0-9]([-.A-Za-z0-9]*[A-Za-z0-9])?(:[0-9]{1,5})?/)?"
              + "[a-z0-9]+([._-]+[a-z0-9]+)*(/[a-z0-9]+([._-]+[a-z0-9]+)*)*"
              + "(:[A-Za-z0-9_][-._A-Za-z0-9]{0,127})?"
              + "(@[a-z0-9]+([+._-][a-z0-9]+)*:[0-9a-f]{32,128})?");

  /** A name of 255, a tag of 127, a digest of 128, and what stands between them. */
  private static final int MAX_IMAGE = 520;

  private static final Pattern MIG = Pattern.compile("[1-9]g\\.[1-9][0-9]*gb([.+][a-z.]+)?");

  private final Checks check = new Checks();

  List<Problem> problems() {
    return check.problems();
  }

  JobRules identity(
      String name,
      Optional<String> namespace,
      Map<String, String> labels,
      Map<String, String> annotations) {
    if (name.length() > MAX_NAME || !Checks.LABEL.matcher(name).matches()) {
      check.wrong(
          "name",
          name,
          name.isEmpty() ? "is empty" : "is not a job name",
          "write at most "
              + MAX_NAME
              + " of a-z, 0-9 and '-', beginning and ending with a letter or digit"
              + suggestName(name));
    }
    namespace.ifPresent(
        n -> {
          if (n.length() > 63 || !Checks.LABEL.matcher(n).matches()) {
            check.wrong(
                "namespace",
                n,
                "is not a namespace name",
                "write at most 63 of a-z, 0-9 and '-', beginning and ending with a letter or digit");
          }
        });
    labels.forEach(
        (key, value) -> {
          check.key("labels", key);
          check.labelValue("labels." + Text.shorten(key), value);
          reserved("labels", key);
        });
    annotations.forEach(
        (key, value) -> {
          check.key("annotations", key);
          reserved("annotations", key);
        });
    return this;
  }

  private static String suggestName(String name) {
    String plain = name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
    plain = plain.length() > MAX_NAME ? plain.substring(0, MAX_NAME) : plain;
    plain = plain.replaceAll("^-+|-+$", "");
    return plain.isEmpty() ? "" : ", for example '" + plain + "'";
  }

  private void reserved(String field, String key) {
    if (key.startsWith("windlass.dev/") || key.equals("app.kubernetes.io/managed-by")) {
      check.wrong(
          field, key, "is set by Windlass itself", "leave it out or use a prefix of your own");
    }
  }

  JobRules container(
      Optional<String> image,
      List<String> imagePullSecrets,
      List<String> command,
      List<String> args,
      Optional<String> workingDir,
      Map<String, EnvValue> env) {
    image.ifPresent(
        i -> {
          if (i.length() > MAX_IMAGE || !IMAGE.matcher(i).matches()) {
            check.wrong(
                "image",
                i,
                i.isBlank() ? "is empty" : "is not an image reference",
                "write it like 'registry.example.com/team/app:1.2'");
          }
        });
    for (int i = 0; i < imagePullSecrets.size(); i++) {
      check.objectName("imagePullSecrets[" + i + "]", imagePullSecrets.get(i), "secret");
    }
    if (!command.isEmpty() && command.get(0).isBlank()) {
      check.wrong("command[0]", command.get(0), "is empty", "name the program to run");
    }
    noNul("command", command);
    noNul("args", args);
    workingDir.ifPresent(d -> check.absolutePath("workingDir", d));
    env.forEach(this::envVariable);
    return this;
  }

  private void noNul(String field, List<String> words) {
    for (int i = 0; i < words.size(); i++) {
      if (words.get(i).indexOf('\0') >= 0) {
        check.wrong(
            field + "[" + i + "]",
            words.get(i),
            "holds a NUL character, which no program can be given",
            "take it out");
      }
    }
  }

  private void envVariable(String name, EnvValue value) {
    String field = "env." + Text.shorten(name);
    if (!ENV_NAME.matcher(name).matches()) {
      check.wrong(
          "env",
          name,
          "is not the name of an environment variable",
          "write letters, digits, '_', '-' and '.', not beginning with a digit");
    } else if (JobEnvironment.NAMES.contains(name)) {
      check.wrong("env", name, "is set by Windlass itself", "use another name");
    }
    if (value instanceof EnvValue.FromSecret s) {
      check.objectName(field, s.name(), "secret");
      check.fileName(field, s.key());
    } else if (value instanceof EnvValue.FromConfigMap c) {
      check.objectName(field, c.name(), "config map");
      check.fileName(field, c.key());
    } else if (value instanceof EnvValue.Literal l && l.value().indexOf('\0') >= 0) {
      check.wrong(
          field, "***", "holds a NUL character, which no program can be given", "take it out");
    }
  }

  JobRules gpu(GpuRequest gpu) {
    if (gpu.count() < 0) {
      check.wrong(
          "gpu.count", "" + gpu.count(), "is less than 0", "write how many GPUs the job needs");
    } else if (gpu.count() > MAX_GPUS) {
      check.wrong(
          "gpu.count",
          "" + gpu.count(),
          "is more than any machine has",
          "write at most " + MAX_GPUS + " and split the work over several jobs");
    } else if (gpu.count() == 0 && !gpu.equals(GpuRequest.of(0))) {
      check.wrong("gpu.count", "0", "is 0 although a kind of GPU is asked for", "write 1 or more");
    }
    gpu.product()
        .ifPresent(
            p -> {
              if (p.isEmpty() || !Checks.QUALIFIED.matcher(p).matches()) {
                String plain = p.trim().replaceAll("\\s+", "-").replaceAll("[^-._A-Za-z0-9]", "");
                check.wrong(
                    "gpu.product",
                    p,
                    "is not a product as nodes are labelled with it",
                    plain.isEmpty()
                        ? "write it like 'NVIDIA-H100-80GB-HBM3'"
                        : "write '" + plain + "'");
              }
            });
    check.positive("gpu.memory", gpu.memory());
    check.positive("gpu.memoryLimit", gpu.memoryLimit());
    if (gpu.sharing() instanceof Sharing.Mig mig && !MIG.matcher(mig.profile()).matches()) {
      check.wrong("gpu.sharing", mig.profile(), "is not a MIG profile", "write it like '1g.10gb'");
    }
    if (gpu.sharing() instanceof Sharing.Dra dra) {
      check.objectName("gpu.sharing", dra.deviceClass(), "device class");
    }
    return this;
  }

  JobRules resources(
      Optional<Cpu> cpu,
      Optional<Memory> memory,
      Optional<Memory> ephemeralStorage,
      Optional<Memory> sharedMemory) {
    if (cpu.isPresent() && cpu.get().millis() == 0) {
      check.wrong("cpu", "0", "is 0", "write an amount like 2 or 500m, or leave it out");
    }
    check.positive("memory", memory);
    check.positive("ephemeralStorage", ephemeralStorage);
    check.positive("sharedMemory", sharedMemory);
    if (memory.isPresent()
        && sharedMemory.isPresent()
        && sharedMemory.get().compareTo(memory.get()) > 0) {
      check.wrong(
          "sharedMemory",
          sharedMemory.get().toString(),
          "is more than the memory of " + memory.get() + ", in which it lies",
          "raise memory or lower sharedMemory");
    }
    return this;
  }

  JobRules mounts(List<Mount> mounts) {
    new MountRules(check).check(mounts);
    return this;
  }

  JobRules times(
      int retries,
      Optional<Duration> deadline,
      Duration startDeadline,
      Optional<Duration> ttlAfterFinished,
      Duration terminationGrace) {
    if (retries < 0) {
      check.wrong("retries", "" + retries, "is less than 0", "write 0 or more");
    }
    deadline.ifPresent(d -> check.time("deadline", d, Duration.ofSeconds(1)));
    check.time("startDeadline", startDeadline, Duration.ofSeconds(1));
    ttlAfterFinished.ifPresent(d -> check.time("ttlAfterFinished", d, Duration.ZERO));
    check.time("terminationGrace", terminationGrace, Duration.ZERO);
    return this;
  }

  JobRules placement(
      OptionalLong runAsUser,
      Optional<String> serviceAccount,
      Optional<String> priorityClass,
      Map<String, String> nodeSelector,
      List<Toleration> tolerations) {
    if (runAsUser.isPresent()
        && (runAsUser.getAsLong() < 0 || runAsUser.getAsLong() > Integer.MAX_VALUE)) {
      check.wrong(
          "runAsUser",
          "" + runAsUser.getAsLong(),
          "is not a user id",
          "write a number from 0 (root) to " + Integer.MAX_VALUE);
    }
    serviceAccount.ifPresent(a -> check.objectName("serviceAccount", a, "service account"));
    priorityClass.ifPresent(c -> check.objectName("priorityClass", c, "priority class"));
    nodeSelector.forEach(
        (key, value) -> {
          check.key("nodeSelector", key);
          check.labelValue("nodeSelector." + Text.shorten(key), value);
        });
    for (int i = 0; i < tolerations.size(); i++) {
      Toleration t = tolerations.get(i);
      String field = "tolerations[" + i + "]";
      t.key().ifPresent(k -> check.key(field + ".key", k));
      t.value().ifPresent(v -> check.labelValue(field + ".value", v));
      if (t.key().isEmpty() && t.value().isPresent()) {
        check.wrong(
            field,
            t.value().get(),
            "has a value but no key",
            "name the taint's key, or leave the value out to tolerate all");
      }
    }
    return this;
  }
}
