package dev.windlass.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.windlass.benchmarks.fake.FakeDriver;
import dev.windlass.benchmarks.launch.LaunchCost;
import dev.windlass.benchmarks.memory.AllocateFree;
import dev.windlass.benchmarks.memory.Fragmentation;
import dev.windlass.benchmarks.report.Effort;
import dev.windlass.benchmarks.report.Report;
import dev.windlass.benchmarks.start.ColdStart;
import dev.windlass.benchmarks.trace.Trace;
import dev.windlass.benchmarks.trace.TraceFiles;
import dev.windlass.benchmarks.trace.Traces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Runs the benchmarks and prints their tables.
 *
 * <p>The measured processes find the fake driver through the library path, which a process gets at
 * its start. So this runs twice: the first builds the driver and starts the second.
 */
@Command(name = "run", mixinStandardHelpOptions = true, sortOptions = false)
public final class Benchmarks implements Callable<Integer> {
  private static final long SEED = 20_261_124;
  private static final String LIBRARY_PATH = "LD_LIBRARY_PATH";

  /** The benchmarks. */
  enum Part {
    /** A kernel launch. */
    LAUNCH,
    /** Allocate and free. */
    MEMORY,
    /** Memory held for what is live. */
    FRAGMENTATION,
    /** From the start of a JVM to a printed device query. */
    START
  }

  @Option(
      names = "--only",
      split = ",",
      description = "Of ${COMPLETION-CANDIDATES}; all without this.")
  private Set<Part> parts = EnumSet.allOf(Part.class);

  @Option(
      names = "--effort",
      description =
          "Of ${COMPLETION-CANDIDATES}: seconds, to see that all run; minutes, for rough figures;"
              + " or what figures to quote take. Default: ${DEFAULT-VALUE}")
  private Effort effort = Effort.FULL;

  @Option(
      names = "--trace",
      paramLabel = "FILE",
      description = "An allocation trace as RMM writes it, to be replayed in the place of ours.")
  private List<Path> traces = List.of();

  @Option(
      names = "--write-traces",
      paramLabel = "FOLDER",
      description = "Writes our traces as RMM's CSV, and does nothing else.")
  private @Nullable Path writeTraces;

  @Option(names = "--json", paramLabel = "FILE", description = "Default: ${DEFAULT-VALUE}")
  private Path json =
      Path.of("benchmarks/target/benchmarks-jdk" + Runtime.version().feature() + ".json");

  @Option(names = "--root", hidden = true, description = "Where the project is checked out.")
  private Path root = Path.of("");

  private final List<String> words;

  private Benchmarks(String... words) {
    this.words = List.of(words);
  }

  /** The command. */
  public static void main(String... words) {
    System.exit(
        new CommandLine(new Benchmarks(words))
            .setCaseInsensitiveEnumValuesAllowed(true)
            .execute(words));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (writeTraces != null) {
      TraceFiles.write(ours(), writeTraces);
      return 0;
    }
    Path libraries = FakeDriver.folder(root);
    if (!libraries.toString().equals(System.getenv(LIBRARY_PATH))) {
      FakeDriver.build(root);
      return startAgain(libraries);
    }
    Report report = new Report();
    for (Part part : parts) {
      switch (part) {
        case LAUNCH -> report.add(LaunchCost.measure(libraries, effort));
        case FRAGMENTATION -> {
          Fragmentation.Result result =
              Fragmentation.measure(traces.isEmpty() ? ours() : TraceFiles.read(traces), effort);
          result.tables().forEach(report::add);
          Files.writeString(picture(), result.html());
        }
        case START -> report.add(ColdStart.measure(libraries, effort));
        case MEMORY -> AllocateFree.measure(effort).forEach(report::add);
      }
    }
    System.out.print(report.text());
    Files.writeString(
        json,
        new ObjectMapper()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .writeValueAsString(report.json()));
    System.out.println("Written to " + json);
    return 0;
  }

  /** In a smoke run a few, the others are alike. */
  private List<Trace> ours() {
    List<Trace> all = Traces.all(SEED, effort.traceLength());
    return effort == Effort.SMOKE ? all.subList(6, 9) : all;
  }

  private Path picture() {
    return json.resolveSibling("fragmentation.html");
  }

  private int startAgain(Path libraries) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Dwindlass.benchmarks.driver=" + libraries.resolve("libcuda.so.1"));
    command.add("-Dorg.bytedeco.javacpp.cachedir=" + libraries.resolve("javacpp"));
    if (Runtime.version().feature() >= 22) {
      command.add("--enable-native-access=ALL-UNNAMED");
    }
    if (effort == Effort.SMOKE) {
      command.add("-Djmh.ignoreLock=true"); // another one at the same time may spoil the figures
    }
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(Benchmarks.class.getName());
    command.addAll(words);
    ProcessBuilder again = new ProcessBuilder(command).inheritIO();
    again.environment().put(LIBRARY_PATH, libraries.toString());
    return again.start().waitFor();
  }
}
