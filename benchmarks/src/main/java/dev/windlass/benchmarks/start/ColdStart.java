package dev.windlass.benchmarks.start;

import dev.windlass.benchmarks.report.Effort;
import dev.windlass.benchmarks.report.Programs;
import dev.windlass.benchmarks.report.Table;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Starts processes and waits for their end: device queries without and with a class data archive,
 * beside a Java machine that does nothing and a C program that makes the same queries. The programs
 * take turns, so that a noisy moment hits them all.
 */
public final class ColdStart {
  /** In a folder of this module's own classes, which no query needs. */
  private static final String OWN = "dev/windlass/benchmarks";

  /** As the launcher has them. */
  private static final List<String> FLAGS =
      List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto");

  /** A query's name in the table, its main class and arguments. */
  private record Query(String name, List<String> words) {}

  private static final List<Query> QUERIES =
      List.of(
          new Query("DeviceQuery", List.of("dev.windlass.examples.DeviceQuery")),
          new Query("windlass devices", List.of("dev.windlass.cli.Main", "devices")));

  private final Path libraries;
  private final List<String> jars;
  private final boolean archives;

  private ColdStart(Path libraries) {
    this.libraries = libraries;
    List<String> paths =
        List.of(System.getProperty("java.class.path").split(File.pathSeparator, -1));
    jars = paths.stream().filter(path -> !Files.exists(Path.of(path, OWN))).toList();
    archives = jars.stream().allMatch(path -> path.endsWith(".jar"));
  }

  /**
   * Measures.
   *
   * @param libraries where the fake driver is
   */
  public static Table measure(Path libraries, Effort effort) {
    return new ColdStart(libraries).measure(effort);
  }

  private Table measure(Effort effort) {
    Map<String, List<String>> commands = new LinkedHashMap<>();
    commands.put("C, the same queries", List.of(libraries.resolve("device_query").toString()));
    commands.put("java -version", java(List.of("-version")));
    QUERIES.forEach(query -> commands.put(query.name, command(query)));
    if (archives) {
      QUERIES.forEach(query -> commands.put(query.name + ", archive", archived(query)));
    }
    Map<String, long[]> nanos = new LinkedHashMap<>();
    int repeats = effort.repeats(40);
    commands.forEach(
        (name, command) -> {
          if (effort != Effort.SMOKE) {
            run(command); // the first start fills caches of files
          }
          nanos.put(name, new long[repeats]);
        });
    for (int i = 0; i < repeats; i++) {
      for (Map.Entry<String, long[]> one : nanos.entrySet()) {
        List<String> command = commands.getOrDefault(one.getKey(), List.of());
        long start = System.nanoTime();
        run(command);
        one.getValue()[i] = System.nanoTime() - start;
      }
    }
    return table(nanos);
  }

  private Table table(Map<String, long[]> nanos) {
    nanos.values().forEach(Arrays::sort);
    double peer = millis(nanos.getOrDefault("java -version", new long[1]), 50);
    List<List<Object>> rows = new ArrayList<>();
    nanos.forEach(
        (name, all) ->
            rows.add(List.of(name, millis(all, 50), millis(all, 90), millis(all, 50) / peer)));
    return new Table(
        "Cold start, JDK " + Runtime.version().feature(),
        List.of("process", "median ms", "p90 ms", "x java -version"),
        rows,
        archives ? List.of() : List.of("Archives are made of jars, and some modules are folders."));
  }

  private static double millis(long[] sorted, int percent) {
    return sorted[(sorted.length - 1) * percent / 100] / 1e6;
  }

  private String run(List<String> command) {
    return Programs.output(command, Map.of("LD_LIBRARY_PATH", libraries.toString()));
  }

  private List<String> command(Query query) {
    List<String> command = new ArrayList<>();
    command.add("-Dorg.bytedeco.javacpp.cachedir=" + libraries.resolve("javacpp"));
    if (Runtime.version().feature() >= 22) {
      command.add("--enable-native-access=ALL-UNNAMED");
    }
    command.addAll(List.of("-cp", String.join(File.pathSeparator, jars)));
    command.addAll(query.words);
    return java(command);
  }

  /** Makes the archive as the documentation says, by a run of the program. */
  private List<String> archived(Query query) {
    Path archive = libraries.resolve(query.name.replace(' ', '-') + ".jsa");
    List<String> making = new ArrayList<>(command(query));
    making.addAll(1, List.of("-XX:ArchiveClassesAtExit=" + archive, "-Xlog:disable"));
    run(making);
    if (!Files.exists(archive)) {
      throw new IllegalStateException("No archive was made by " + String.join(" ", making));
    }
    List<String> using = new ArrayList<>(command(query));
    using.add(1, "-XX:SharedArchiveFile=" + archive);
    return using;
  }

  private static List<String> java(List<String> words) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(FLAGS);
    command.addAll(words);
    return command;
  }
}
