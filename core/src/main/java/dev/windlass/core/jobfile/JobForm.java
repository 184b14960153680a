package dev.windlass.core.jobfile;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.windlass.core.job.EnvValue;
import dev.windlass.core.job.GpuJob;
import dev.windlass.core.job.GpuRequest;
import dev.windlass.core.job.Mount;
import dev.windlass.core.job.Sharing;
import dev.windlass.core.job.Toleration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Writes Windlass's own form: the same keys as {@link JobReader}, and none that says a default. */
final class JobForm {
  private JobForm() {}

  static ObjectNode write(GpuJob job) {
    ObjectNode out = JsonNodeFactory.instance.objectNode();
    out.put("apiVersion", JobReader.API_VERSION).put("kind", JobReader.KIND);
    out.put("name", job.name());
    job.namespace().ifPresent(v -> out.put("namespace", v));
    job.image().ifPresent(v -> out.put("image", v));
    job.imagePullPolicy().ifPresent(v -> out.put("imagePullPolicy", JobReader.word(v)));
    list(out, "imagePullSecrets", job.imagePullSecrets());
    list(out, "command", job.command());
    list(out, "args", job.args());
    job.workingDir().ifPresent(v -> out.put("workingDir", v));
    if (!job.env().isEmpty()) {
      ObjectNode env = out.putObject("env");
      new TreeMap<>(job.env()).forEach((name, value) -> env(env, name, value));
    }
    if (!job.gpu().equals(GpuJob.builder("x").gpus(0).image("x").build().gpu())) {
      gpu(out.putObject("gpu"), job.gpu());
    }
    job.cpu().ifPresent(v -> out.put("cpu", v.toString()));
    job.memory().ifPresent(v -> out.put("memory", v.toString()));
    job.ephemeralStorage().ifPresent(v -> out.put("ephemeralStorage", v.toString()));
    job.sharedMemory().ifPresent(v -> out.put("sharedMemory", v.toString()));
    for (Mount mount : job.mounts()) {
      MountForm.write(mount, out.withArray("/mounts").addObject());
    }
    if (job.memoryGrowth()) {
      out.put("memoryGrowth", true);
    }
    if (job.retries() != 0) {
      out.put("retries", job.retries());
    }
    job.deadline().ifPresent(v -> out.put("deadline", Durations.write(v)));
    if (!job.startDeadline().equals(GpuJob.DEFAULT_START_DEADLINE)) {
      out.put("startDeadline", Durations.write(job.startDeadline()));
    }
    job.ttlAfterFinished().ifPresent(v -> out.put("ttlAfterFinished", Durations.write(v)));
    if (!job.terminationGrace().equals(GpuJob.DEFAULT_TERMINATION_GRACE)) {
      out.put("terminationGrace", Durations.write(job.terminationGrace()));
    }
    job.runAsUser().ifPresent(v -> out.put("runAsUser", v));
    job.serviceAccount().ifPresent(v -> out.put("serviceAccount", v));
    job.priorityClass().ifPresent(v -> out.put("priorityClass", v));
    map(out, "nodeSelector", job.nodeSelector());
    for (Toleration t : job.tolerations()) {
      ObjectNode node = out.withArray("/tolerations").addObject();
      t.key().ifPresent(v -> node.put("key", v));
      t.value().ifPresent(v -> node.put("value", v));
      t.effect().ifPresent(v -> node.put("effect", JobReader.word(v)));
    }
    map(out, "labels", job.labels());
    map(out, "annotations", job.annotations());
    return out;
  }

  private static void gpu(ObjectNode out, GpuRequest gpu) {
    out.put("count", gpu.count());
    gpu.product().ifPresent(v -> out.put("product", v));
    gpu.memory().ifPresent(v -> out.put("memory", v.toString()));
    gpu.computeCapability().ifPresent(v -> out.put("computeCapability", v.toString()));
    Sharing sharing = gpu.sharing();
    if (sharing instanceof Sharing.Mig mig) {
      out.putObject("sharing").put("mode", "mig").put("profile", mig.profile());
    } else if (sharing instanceof Sharing.TimeSliced) {
      out.putObject("sharing").put("mode", "timeSliced");
    } else if (sharing instanceof Sharing.Mps) {
      out.putObject("sharing").put("mode", "mps");
    } else if (sharing instanceof Sharing.Dra dra) {
      out.putObject("sharing").put("mode", "dra").put("deviceClass", dra.deviceClass());
    }
    gpu.memoryLimit().ifPresent(v -> out.put("memoryLimit", v.toString()));
  }

  private static void env(ObjectNode out, String name, EnvValue value) {
    if (value instanceof EnvValue.Literal literal) {
      out.put(name, literal.value());
    } else if (value instanceof EnvValue.FromSecret ref) {
      out.putObject(name).putObject("secret").put("name", ref.name()).put("key", ref.key());
    } else if (value instanceof EnvValue.FromConfigMap ref) {
      out.putObject(name).putObject("configMap").put("name", ref.name()).put("key", ref.key());
    }
  }

  private static void list(ObjectNode out, String key, List<String> words) {
    if (!words.isEmpty()) {
      words.forEach(out.putArray(key)::add);
    }
  }

  private static void map(ObjectNode out, String key, Map<String, String> values) {
    if (!values.isEmpty()) {
      new TreeMap<>(values).forEach(out.putObject(key)::put);
    }
  }
}
