package dev.windlass.core.local;

import dev.windlass.core.backend.JobEnvironments;
import dev.windlass.core.backend.Reason;
import dev.windlass.core.context.JobEnvironment;
import dev.windlass.core.job.EnvValue;
import dev.windlass.core.job.GpuJob;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What an attempt runs: the program with its arguments, the whole environment, and where.
 *
 * @param words the program's file and its arguments
 * @param environment every variable
 * @param directory the working directory
 */
record AttemptCommand(List<String> words, Map<String, String> environment, Path directory) {
  /** Some shells drop variables with other names, so these go around the shell. */
  private static final Pattern SHELL_NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  /** What is known of an attempt before it starts. */
  record Facts(AttemptFolder folder, List<Integer> gpus, Instant submittedAt) {}

  /**
   * Puts it together.
   *
   * @param inherited the environment that the job's own variables are added to
   * @throws NotRunnableException if it names something that is not there
   */
  static AttemptCommand of(
      GpuJob job, Facts facts, LocalMounts mounts, Map<String, String> inherited)
      throws IOException, NotRunnableException {
    Map<String, String> env = new TreeMap<>(inherited);
    JobEnvironment.NAMES.forEach(env::remove);
    List<String> around = new ArrayList<>();
    for (Map.Entry<String, EnvValue> e : JobEnvironments.of(job).entrySet()) {
      String value = mounts.value(e.getValue());
      if (SHELL_NAME.matcher(e.getKey()).matches()) {
        env.put(e.getKey(), value);
      } else if (e.getValue() instanceof EnvValue.FromSecret) {
        throw new NotRunnableException(
            Reason.CONFIG_ERROR,
            "variable "
                + e.getKey()
                + " takes its value from a secret, and with that name it could"
                + " only be passed where everyone sees it",
            "Write its name with letters, digits and '_' only");
      } else {
        around.add(e.getKey() + "=" + value);
      }
    }
    env.put(JobEnvironment.FAILED_ATTEMPTS, Integer.toString(facts.folder().number() - 1));
    env.put(JobEnvironment.REPLICA, "0");
    env.put(JobEnvironment.FAULT_FILE, facts.folder().faultFile().toString());
    job.deadline()
        .ifPresent(d -> env.put(JobEnvironment.DEADLINE, facts.submittedAt().plus(d).toString()));
    String visible = facts.gpus().stream().map(String::valueOf).collect(Collectors.joining(","));
    env.put("CUDA_VISIBLE_DEVICES", visible);
    env.put("NVIDIA_VISIBLE_DEVICES", visible.isEmpty() ? "none" : visible);
    String path = env.getOrDefault("PATH", "/usr/local/bin:/usr/bin:/bin");
    Path javaBin = Path.of(System.getProperty("java.home"), "bin");
    env.put("PATH", path + File.pathSeparator + javaBin);

    Path directory = facts.folder().work();
    if (job.workingDir().isPresent()) {
      directory = Path.of(mounts.rewrite(job.workingDir().get()));
      if (!Files.isDirectory(directory)) {
        throw new NotRunnableException(
            Reason.CONFIG_ERROR,
            "there is no working directory " + directory + " on this machine",
            "Mount something there, or leave workingDir out");
      }
    }
    List<String> words = new ArrayList<>();
    if (!around.isEmpty()) {
      words.add("/usr/bin/env");
      words.addAll(around);
    }
    words.add(
        program(mounts.rewrite(job.command().get(0)), env.getOrDefault("PATH", ""), directory));
    job.command().stream().skip(1).map(mounts::rewrite).forEach(words::add);
    job.args().stream().map(mounts::rewrite).forEach(words::add);
    return new AttemptCommand(words, env, directory);
  }

  /** The program's file, as a shell finds it. */
  private static String program(String word, String path, Path directory)
      throws NotRunnableException {
    List<Path> places = new ArrayList<>();
    try {
      if (word.contains("/")) {
        places.add(directory.resolve(word));
      } else {
        for (String folder : path.split(File.pathSeparator, -1)) {
          places.add(directory.resolve(folder).resolve(word));
        }
      }
    } catch (InvalidPathException e) {
      throw notFound(word, "that is no file's name");
    }
    for (Path place : places) {
      if (Files.isRegularFile(place) && Files.isExecutable(place)) {
        return place.toString();
      }
    }
    if (places.size() == 1 && Files.exists(places.get(0))) {
      throw notFound(word, places.get(0) + " is not a program that this user may run");
    }
    throw notFound(
        word,
        word.contains("/") ? "there is no " + places.get(0) : "it is nowhere on PATH, " + path);
  }

  private static NotRunnableException notFound(String word, String why) {
    return new NotRunnableException(
        Reason.COMMAND_NOT_FOUND,
        "the program '" + word + "' cannot be started: " + why,
        "Check the command; locally it must be on this machine, whatever the image holds");
  }
}
