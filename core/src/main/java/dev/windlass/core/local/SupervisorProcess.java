package dev.windlass.core.local;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.windlass.core.backend.BackendException;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.CodeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.yaml.snakeyaml.LoaderOptions;

/**
 * Starts supervisors: small JVMs in a session of their own, so that neither the end of this process
 * nor a Ctrl-C or hangup of its terminal ends them.
 */
final class SupervisorProcess {
  private static final Logger log = LoggerFactory.getLogger(SupervisorProcess.class);

  /** How long one that was started may take to take its lock, before another one is started. */
  private static final Duration STARTING = Duration.ofSeconds(30);

  /** How long to wait when one ended before it took its lock. */
  private static final Duration PAUSE = Duration.ofSeconds(5);

  /** One of each jar or folder that a supervisor needs. */
  private static final List<Class<?>> NEEDED =
      List.of(
          Supervisor.class,
          ObjectMapper.class,
          JsonFactory.class,
          JsonProperty.class,
          YAMLFactory.class,
          LoaderOptions.class,
          LoggerFactory.class);

  /** What changes every JVM that sees it: agents, a debugger's port, which is taken, memory. */
  private static final List<String> JVM_OPTIONS =
      List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS");

  private static final String ASIDE = "WINDLASS_LOCAL_";

  private SupervisorProcess() {}

  /** Hides from a supervisor what is meant for the program and for its job. */
  static void setAside(Map<String, String> environment) {
    for (String name : JVM_OPTIONS) {
      String value = environment.remove(name);
      if (value != null) {
        environment.put(ASIDE + name, value);
      }
    }
  }

  /** The environment that a supervisor was started from. */
  static Map<String, String> inherited(Map<String, String> environment) {
    Map<String, String> all = new TreeMap<>(environment);
    for (String name : JVM_OPTIONS) {
      String value = all.remove(ASIDE + name);
      if (value != null) {
        all.put(name, value);
      }
    }
    return all;
  }

  /** Starts one for a job that has none and has not ended; otherwise does nothing. */
  static void ensure(JobFolder folder) throws IOException {
    if (folder.latest().filter(s -> !s.phase().isFinal()).isPresent()
        && !folder.supervisorLock().isHeld()
        && !isStarting(folder)) {
      log.warn(
          "Job {} has not ended and nothing supervises it; starting that again. If this repeats,"
              + " read {}",
          folder.name(),
          folder.path().resolve("supervisor.log"));
      try {
        start(folder);
      } catch (IOException e) {
        if (Files.exists(folder.path())) {
          throw e;
        }
        // Deleted in this instant.
      }
    }
  }

  private static Path pidFile(JobFolder folder) {
    return folder.path().resolve("supervisor.pid");
  }

  /** Whether one is on its way, or failed to start so lately that another would fail as well. */
  private static boolean isStarting(JobFolder folder) throws IOException {
    Path file = pidFile(folder);
    String[] words;
    Duration age;
    try {
      age = Duration.between(Files.getLastModifiedTime(file).toInstant(), Instant.now());
      words = Files.readString(file).trim().split(" ", -1);
    } catch (NoSuchFileException e) {
      return false;
    }
    if (age.isNegative() || age.compareTo(STARTING) > 0 || !words[0].matches("[0-9]{1,18}")) {
      return false;
    }
    if (ProcessHandle.of(Long.parseLong(words[0])).isPresent()) {
      return true;
    }
    return words.length == 1 && age.compareTo(PAUSE) < 0;
  }

  /** Called by a supervisor that has its lock: from here on it ends only with its job. */
  static void isUp(JobFolder folder) throws IOException {
    writePid(folder, ProcessHandle.current().pid() + " up\n");
  }

  /** In one step: whoever reads an empty file would think that none is on its way. */
  private static void writePid(JobFolder folder, String text) throws IOException {
    Path next = folder.path().resolve("supervisor.pid." + ProcessHandle.current().pid());
    Files.writeString(next, text);
    Files.move(
        next, pidFile(folder), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /** Starts one. If there is one already, it ends by itself. */
  static void start(JobFolder folder) throws IOException {
    List<String> command = new ArrayList<>(newSession());
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-Xms4m",
            "-Xmx64m",
            "-Xss512k",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:-UsePerfData",
            "-cp",
            classPath("starting the supervisor of job '" + folder.name() + "'"),
            Supervisor.class.getName(),
            folder.path().toString()));
    ProcessBuilder builder = new ProcessBuilder(command);
    // A job may itself submit jobs: they do not end with it.
    builder.environment().remove(ProcessTree.MARK);
    setAside(builder.environment());
    builder.directory(folder.path().toFile());
    builder.redirectInput(new File("/dev/null"));
    builder.redirectErrorStream(true);
    builder.redirectOutput(Redirect.appendTo(folder.path().resolve("supervisor.log").toFile()));
    Process process = builder.start();
    writePid(folder, process.pid() + "\n");
  }

  /** What to put before a command so that no terminal's signals reach it. */
  static List<String> newSession() {
    for (String folder : List.of("/usr/bin", "/bin", "/usr/local/bin", "/opt/homebrew/bin")) {
      Path setsid = Path.of(folder, "setsid");
      if (Files.isExecutable(setsid)) {
        return List.of(setsid.toString());
      }
    }
    // Without it, at least a process group of its own, out of the reach of Ctrl-C.
    return List.of("/bin/sh", "-c", "set -m; nohup \"$@\" & wait $!", "windlass");
  }

  /**
   * Where a supervisor finds its classes.
   *
   * @throws BackendException if they are where no other JVM finds them
   */
  static String classPath(String doing) {
    return classPath(doing, NEEDED);
  }

  static String classPath(String doing, List<Class<?>> needed) {
    Set<String> places = new LinkedHashSet<>();
    for (Class<?> type : needed) {
      Path place =
          place(type)
              .orElseThrow(
                  () ->
                      new BackendException(
                          doing,
                          "a local job is supervised by a JVM of its own, and "
                              + type.getName()
                              + " does not come from a jar file or folder that it could read, but"
                              + " for example from a jar within a jar",
                          "Start this program with its jars as files; Spring Boot's jars can be"
                              + " extracted with -Djarmode=tools"));
      places.add(place.toString());
    }
    return String.join(File.pathSeparator, places);
  }

  private static Optional<Path> place(Class<?> type) {
    CodeSource source = type.getProtectionDomain().getCodeSource();
    URL location = source == null ? null : source.getLocation();
    try {
      return location != null && location.getProtocol().equals("file")
          ? Optional.of(Path.of(location.toURI()))
          : Optional.empty();
    } catch (URISyntaxException e) {
      return Optional.empty();
    }
  }
}
