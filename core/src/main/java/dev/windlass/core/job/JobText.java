package dev.windlass.core.job;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** A job on one line, without what must not be in a log. */
final class JobText {
  private static final Pattern SECRET_NAME =
      Pattern.compile("PASS|PWD|SECRET|TOKEN|CREDENTIAL|AUTH|KEY|CERT|SIGNATURE|DSN|CONNECTION");
  private static final Pattern USER_INFO = Pattern.compile("://[^/\\s]*@");

  private JobText() {}

  static String describe(GpuJob job) {
    StringJoiner text = new StringJoiner(", ", "GpuJob[", "]");
    text.add("name=" + job.name());
    add(text, "namespace", job.namespace());
    add(text, "image", job.image());
    add(text, "imagePullPolicy", job.imagePullPolicy());
    add(text, "imagePullSecrets", job.imagePullSecrets());
    add(text, "command", words(job.command()));
    add(text, "args", words(job.args()));
    add(text, "workingDir", job.workingDir());
    if (!job.env().isEmpty()) {
      text.add("env=" + describe(job.env()));
    }
    if (!job.gpu().equals(GpuRequest.of(0))) {
      text.add("gpu=" + describe(job.gpu()));
    }
    add(text, "cpu", job.cpu());
    add(text, "memory", job.memory());
    add(text, "ephemeralStorage", job.ephemeralStorage());
    add(text, "sharedMemory", job.sharedMemory());
    add(text, "mounts", job.mounts());
    if (job.memoryGrowth()) {
      text.add("memoryGrowth=true");
    }
    if (job.retries() != 0) {
      text.add("retries=" + job.retries());
    }
    add(text, "deadline", job.deadline());
    if (!job.startDeadline().equals(GpuJob.DEFAULT_START_DEADLINE)) {
      text.add("startDeadline=" + job.startDeadline());
    }
    add(text, "ttlAfterFinished", job.ttlAfterFinished());
    if (!job.terminationGrace().equals(GpuJob.DEFAULT_TERMINATION_GRACE)) {
      text.add("terminationGrace=" + job.terminationGrace());
    }
    OptionalLong user = job.runAsUser();
    if (user.isPresent()) {
      text.add("runAsUser=" + user.getAsLong());
    }
    add(text, "serviceAccount", job.serviceAccount());
    add(text, "priorityClass", job.priorityClass());
    add(text, "nodeSelector", job.nodeSelector().entrySet());
    add(text, "tolerations", job.tolerations());
    add(text, "labels", job.labels().entrySet());
    add(text, "annotations", job.annotations().keySet());
    return text.toString();
  }

  private static void add(StringJoiner text, String field, Optional<?> value) {
    value.ifPresent(v -> text.add(field + "=" + v));
  }

  private static void add(StringJoiner text, String field, Collection<?> values) {
    if (!values.isEmpty()) {
      text.add(field + "=" + values);
    }
  }

  private static String describe(GpuRequest gpu) {
    StringJoiner text = new StringJoiner(" ");
    text.add(Integer.toString(gpu.count()));
    gpu.product().ifPresent(text::add);
    gpu.memory().ifPresent(m -> text.add("memory>=" + m));
    gpu.computeCapability().ifPresent(c -> text.add("computeCapability>=" + c));
    gpu.memoryLimit().ifPresent(m -> text.add("memoryLimit=" + m));
    if (!gpu.sharing().equals(Sharing.exclusive())) {
      text.add(gpu.sharing().toString());
    }
    return text.toString();
  }

  private static String describe(Map<String, EnvValue> env) {
    Map<String, String> shown = new TreeMap<>();
    env.forEach(
        (name, value) ->
            shown.put(name, value instanceof EnvValue.Literal l ? literal(name, l) : "" + value));
    return shown.toString();
  }

  /** Hides what follows {@code --token=}, {@code --token} and {@code TOKEN=}. */
  private static List<String> words(List<String> words) {
    List<String> shown = new ArrayList<>();
    boolean hideNext = false;
    for (String word : words) {
      int equals = word.indexOf('=');
      String option = equals < 0 ? word : word.substring(0, equals);
      boolean secret = (equals >= 0 || option.startsWith("-")) && looksSecret(option);
      shown.add(
          hideNext
              ? "***"
              : secret && equals >= 0
                  ? option + "=***"
                  : USER_INFO.matcher(word).replaceAll("://***@"));
      hideNext = secret && equals < 0;
    }
    return shown;
  }

  private static boolean looksSecret(String name) {
    return SECRET_NAME.matcher(name.toUpperCase(Locale.ROOT)).find();
  }

  private static String literal(String name, EnvValue.Literal value) {
    if (looksSecret(name)) {
      return "***";
    }
    return USER_INFO.matcher(value.value()).replaceAll("://***@");
  }
}
