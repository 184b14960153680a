package dev.windlass.core.job;

import dev.windlass.core.context.JobEnvironment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * What makes a job's description valid. Each method looks at some of the fields and adds what is
 * wrong to the list of problems; none stops at the first. The rules of names are those of
 * Kubernetes, "Object Names and IDs" and "Labels and Selectors".
 */
final class JobRules {
  /**
   * A pod of the job is named {@code <job>-<index>-<5 letters>} and its host {@code <job>-<index>};
   * host names end at 63 characters.
   */
  static final int MAX_NAME = 57;

  /** The largest machines have 16 GPUs (NVIDIA DGX-2, AWS p2.16xlarge). */
  static final int MAX_GPUS = 16;

  private static final Duration MAX_TIME = Duration.ofSeconds(Integer.MAX_VALUE);

  private static final Pattern LABEL = Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?");
  private static final Pattern SUBDOMAIN =
      Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");
  private static final Pattern QUALIFIED =
      Pattern.compile("[A-Za-z0-9]([-._A-Za-z0-9]{0,61}[A-Za-z0-9])?");
  private static final Pattern ENV_NAME = Pattern.compile("[-._a-zA-Z][-._a-zA-Z0-9]*");
  private static final Pattern FILE_NAME = Pattern.compile("[-._a-zA-Z0-9]+");

  /** Registry and port, path, tag, digest, as "distribution/reference" has them. */
  private static final Pattern IMAGE =
      Pattern.compile(
          "((?=[^/]*[.:]|localhost/)[A-Za-z0-9]([-.A-Za-z0-9]*[A-Za-z0-9])?(:[0-9]{1,5})?/)?"
              + "[a-z0-9]+([._-]+[a-z0-9]+)*(/[a-z0-9]+([._-]+[a-z0-9]+)*)*"
              + "(:[A-Za-z0-9_][-._A-Za-z0-9]{0,127})?"
              + "(@[a-z0-9]+([+._-][a-z0-9]+)*:[0-9a-f]{32,128})?");

  /** A name of 255, a tag of 127, a digest of 128, and what stands between them. */
  private static final int MAX_IMAGE = 520;

  private static final Pattern NOT_HOST = Pattern.compile("[\\s/\\p{Cntrl}]");
  private static final Pattern MIG = Pattern.compile("[1-9]g\\.[1-9][0-9]*gb([.+][a-z.]+)?");

  private final List<Problem> problems = new ArrayList<>();
  private long inlineBytes;

  List<Problem> problems() {
    return problems;
  }

  private void wrong(String field, String value, String message, String fix) {
    problems.add(new Problem(field, Text.shorten(value), message, fix));
  }

  JobRules identity(
      String name,
      Optional<String> namespace,
      Map<String, String> labels,
      Map<String, String> annotations) {
    if (name.length() > MAX_NAME || !LABEL.matcher(name).matches()) {
      wrong(
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
          if (n.length() > 63 || !LABEL.matcher(n).matches()) {
            wrong(
                "namespace",
                n,
                "is not a namespace name",
                "write at most 63 of a-z, 0-9 and '-', beginning and ending with a letter or digit");
          }
        });
    labels.forEach(
        (key, value) -> {
          key("labels", key);
          labelValue("labels." + Text.shorten(key), value);
          reserved("labels", key);
        });
    annotations.forEach(
        (key, value) -> {
          key("annotations", key);
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
      wrong(field, key, "is set by Windlass itself", "leave it out or use a prefix of your own");
    }
  }

  private void key(String field, String key) {
    int slash = key.indexOf('/');
    String prefix = slash < 0 ? "x" : key.substring(0, slash);
    boolean ok =
        prefix.length() <= 253
            && SUBDOMAIN.matcher(prefix).matches()
            && QUALIFIED.matcher(key.substring(slash + 1)).matches();
    if (!ok) {
      wrong(
          field,
          key,
          "is not a key for " + field,
          "write at most 63 letters, digits, '-', '_' and '.', beginning and ending with a letter or"
              + " digit, after an optional prefix like 'example.com/'");
    }
  }

  private void labelValue(String field, String value) {
    if (!value.isEmpty() && !QUALIFIED.matcher(value).matches()) {
      wrong(
          field,
          value,
          "is not a label value",
          "write at most 63 letters, digits, '-', '_' and '.', beginning and ending with a letter or"
              + " digit");
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
            wrong(
                "image",
                i,
                i.isBlank() ? "is empty" : "is not an image reference",
                "write it like 'registry.example.com/team/app:1.2'");
          }
        });
    for (int i = 0; i < imagePullSecrets.size(); i++) {
      objectName("imagePullSecrets[" + i + "]", imagePullSecrets.get(i), "secret");
    }
    if (!command.isEmpty() && command.get(0).isBlank()) {
      wrong("command[0]", command.get(0), "is empty", "name the program to run");
    }
    noNul("command", command);
    noNul("args", args);
    workingDir.ifPresent(d -> absolutePath("workingDir", d));
    env.forEach(this::envVariable);
    return this;
  }

  private void noNul(String field, List<String> words) {
    for (int i = 0; i < words.size(); i++) {
      if (words.get(i).indexOf('\0') >= 0) {
        wrong(
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
      wrong(
          "env",
          name,
          "is not the name of an environment variable",
          "write letters, digits, '_', '-' and '.', not beginning with a digit");
    } else if (JobEnvironment.NAMES.contains(name)) {
      wrong("env", name, "is set by Windlass itself", "use another name");
    }
    if (value instanceof EnvValue.FromSecret s) {
      objectName(field, s.name(), "secret");
      fileName(field, s.key());
    } else if (value instanceof EnvValue.FromConfigMap c) {
      objectName(field, c.name(), "config map");
      fileName(field, c.key());
    } else if (value instanceof EnvValue.Literal l && l.value().indexOf('\0') >= 0) {
      wrong(field, "***", "holds a NUL character, which no program can be given", "take it out");
    }
  }

  private void objectName(String field, String name, String kind) {
    if (name.length() > 253 || !SUBDOMAIN.matcher(name).matches()) {
      wrong(
          field,
          name,
          "is not the name of a " + kind,
          "write at most 253 of a-z, 0-9, '-' and '.', beginning and ending with a letter or digit");
    }
  }

  private void fileName(String field, String key) {
    boolean dots = key.equals(".") || key.startsWith("..");
    if (key.length() > 253 || dots || !FILE_NAME.matcher(key).matches()) {
      wrong(field, key, "is not a key", "write at most 253 letters, digits, '-', '_' and '.'");
    }
  }

  JobRules gpu(GpuRequest gpu) {
    if (gpu.count() < 0) {
      wrong("gpu.count", "" + gpu.count(), "is less than 0", "write how many GPUs the job needs");
    } else if (gpu.count() > MAX_GPUS) {
      wrong(
          "gpu.count",
          "" + gpu.count(),
          "is more than any machine has",
          "write at most " + MAX_GPUS + " and split the work over several jobs");
    } else if (gpu.count() == 0 && !gpu.equals(GpuRequest.of(0))) {
      wrong("gpu.count", "0", "is 0 although a kind of GPU is asked for", "write 1 or more");
    }
    gpu.product()
        .ifPresent(
            p -> {
              if (p.isEmpty() || !QUALIFIED.matcher(p).matches()) {
                String plain = p.trim().replaceAll("\\s+", "-").replaceAll("[^-._A-Za-z0-9]", "");
                wrong(
                    "gpu.product",
                    p,
                    "is not a product as nodes are labelled with it",
                    plain.isEmpty()
                        ? "write it like 'NVIDIA-H100-80GB-HBM3'"
                        : "write '" + plain + "'");
              }
            });
    positive("gpu.memory", gpu.memory());
    positive("gpu.memoryLimit", gpu.memoryLimit());
    if (gpu.sharing() instanceof Sharing.Mig mig && !MIG.matcher(mig.profile()).matches()) {
      wrong("gpu.sharing", mig.profile(), "is not a MIG profile", "write it like '1g.10gb'");
    }
    if (gpu.sharing() instanceof Sharing.Dra dra) {
      objectName("gpu.sharing", dra.deviceClass(), "device class");
    }
    return this;
  }

  private void positive(String field, Optional<Memory> value) {
    if (value.isPresent() && value.get().bytes() == 0) {
      wrong(field, "0", "is 0", "write an amount like 8Gi, or leave it out");
    }
  }

  JobRules resources(
      Optional<Cpu> cpu,
      Optional<Memory> memory,
      Optional<Memory> ephemeralStorage,
      Optional<Memory> sharedMemory) {
    if (cpu.isPresent() && cpu.get().millis() == 0) {
      wrong("cpu", "0", "is 0", "write an amount like 2 or 500m, or leave it out");
    }
    positive("memory", memory);
    positive("ephemeralStorage", ephemeralStorage);
    positive("sharedMemory", sharedMemory);
    if (memory.isPresent()
        && sharedMemory.isPresent()
        && sharedMemory.get().compareTo(memory.get()) > 0) {
      wrong(
          "sharedMemory",
          sharedMemory.get().toString(),
          "is more than the memory of " + memory.get() + ", in which it lies",
          "raise memory or lower sharedMemory");
    }
    return this;
  }

  JobRules mounts(List<Mount> mounts) {
    Map<String, Integer> seen = new HashMap<>();
    for (int i = 0; i < mounts.size(); i++) {
      Mount mount = mounts.get(i);
      String field = "mounts[" + i + "]";
      if (absolutePath(field + ".path", mount.path())) {
        mountPath(field + ".path", mount.path());
        Integer first = seen.putIfAbsent(mount.path(), i);
        if (first != null) {
          wrong(
              field + ".path",
              mount.path(),
              "is already the path of mounts[" + first + "]",
              "give each mount a path of its own");
        }
      }
      source(field, mount);
    }
    return this;
  }

  private void mountPath(String field, String path) {
    if (path.equals("/")) {
      wrong(field, path, "would hide the whole image", "mount it at a folder, for example '/data'");
    } else if (path.equals("/dev/shm")) {
      wrong(field, path, "is the shared memory", "set sharedMemory instead");
    }
  }

  /** Whether it is one: the rest of the rules for paths make sense only then. */
  private boolean absolutePath(String field, String path) {
    String message = null;
    String fix = null;
    if (path.isEmpty()) {
      message = "is empty";
      fix = "write an absolute path like '/data'";
    } else if (!path.startsWith("/")) {
      message = "is not absolute";
      fix = "write '/" + Text.shorten(path.replaceAll("^(\\./)+", "")) + "'";
    } else if (path.matches(".*/\\.{1,2}(/.*)?") || path.contains("//")) {
      message = "holds '.', '..' or an empty part";
      fix = "write the path itself";
    } else if (path.indexOf(':') >= 0 || path.chars().anyMatch(c -> c < 0x20)) {
      message = "holds a ':' or a control character";
      fix = "choose another path";
    }
    if (message == null || fix == null) {
      return true;
    }
    wrong(field, path, message, fix);
    return false;
  }

  private void source(String field, Mount mount) {
    MountSource source = mount.source();
    boolean alwaysReadOnly = false;
    if (source instanceof Nfs nfs) {
      if (nfs.server().isBlank() || NOT_HOST.matcher(nfs.server()).find()) {
        wrong(
            field + ".nfs.server",
            nfs.server(),
            "is not a host",
            "write its name or address, for example 'nfs.example.com'");
      }
      absolutePath(field + ".nfs.path", nfs.path());
    } else if (source instanceof PersistentVolumeClaim claim) {
      objectName(field + ".claim", claim.name(), "persistent volume claim");
    } else if (source instanceof HostPath host) {
      absolutePath(field + ".hostPath", host.path());
    } else if (source instanceof EmptyDir empty) {
      positive(field + ".emptyDir.sizeLimit", empty.sizeLimit());
    } else if (source instanceof ConfigMap map) {
      objectName(field + ".configMap", map.name(), "config map");
      alwaysReadOnly = true;
    } else if (source instanceof Secret secret) {
      objectName(field + ".secret", secret.name(), "secret");
      alwaysReadOnly = true;
    } else if (source instanceof InlineFiles files) {
      files.names().forEach(name -> fileName(field + ".files", name));
      inlineBytes += files.size();
      if (inlineBytes > InlineFiles.MAX_BYTES) {
        wrong(
            field + ".files",
            inlineBytes + " bytes",
            "are, with those before them, more than the "
                + InlineFiles.MAX_BYTES
                + " bytes that can travel with a job",
            "put them into the image or onto a volume");
      }
      alwaysReadOnly = true;
    }
    if (alwaysReadOnly && !mount.readOnly()) {
      wrong(field + ".readOnly", "false", "cannot be: this kind is always read-only", "write true");
    }
  }

  JobRules times(
      int retries,
      Optional<Duration> deadline,
      Duration startDeadline,
      Optional<Duration> ttlAfterFinished,
      Duration terminationGrace) {
    if (retries < 0) {
      wrong("retries", "" + retries, "is less than 0", "write 0 or more");
    }
    deadline.ifPresent(d -> time("deadline", d, Duration.ofSeconds(1)));
    time("startDeadline", startDeadline, Duration.ofSeconds(1));
    ttlAfterFinished.ifPresent(d -> time("ttlAfterFinished", d, Duration.ZERO));
    time("terminationGrace", terminationGrace, Duration.ZERO);
    return this;
  }

  private void time(String field, Duration value, Duration least) {
    if (value.compareTo(least) < 0 || value.compareTo(MAX_TIME) > 0) {
      wrong(
          field,
          value.toString(),
          "is not a length of time that can be set here",
          "write at least " + least.toSeconds() + "s and at most " + MAX_TIME.toDays() + "d");
    }
  }

  JobRules placement(
      OptionalLong runAsUser,
      Optional<String> serviceAccount,
      Optional<String> priorityClass,
      Map<String, String> nodeSelector,
      List<Toleration> tolerations) {
    if (runAsUser.isPresent()
        && (runAsUser.getAsLong() < 0 || runAsUser.getAsLong() > Integer.MAX_VALUE)) {
      wrong(
          "runAsUser",
          "" + runAsUser.getAsLong(),
          "is not a user id",
          "write a number from 0 (root) to " + Integer.MAX_VALUE);
    }
    serviceAccount.ifPresent(a -> objectName("serviceAccount", a, "service account"));
    priorityClass.ifPresent(c -> objectName("priorityClass", c, "priority class"));
    nodeSelector.forEach(
        (key, value) -> {
          key("nodeSelector", key);
          labelValue("nodeSelector." + Text.shorten(key), value);
        });
    for (int i = 0; i < tolerations.size(); i++) {
      Toleration t = tolerations.get(i);
      String field = "tolerations[" + i + "]";
      t.key().ifPresent(k -> key(field + ".key", k));
      t.value().ifPresent(v -> labelValue(field + ".value", v));
      if (t.key().isEmpty() && t.value().isPresent()) {
        wrong(
            field,
            t.value().get(),
            "has a value but no key",
            "name the taint's key, or leave the value out to tolerate all");
      }
    }
    return this;
  }
}
