package dev.windlass.benchmarks.fake;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Builds the fake driver of module {@code cuda} with the calls of {@code quick.c} in the place of
 * its own, and the C programs that are peers. Processes find it through {@code LD_LIBRARY_PATH}.
 */
public final class FakeDriver {
  /** The calls that {@code quick.c} has. */
  private static final List<String> QUICK =
      List.of(
          "cuLaunchKernel",
          "cuCtxSetCurrent",
          "cuMemAlloc_v2",
          "cuMemFree_v2",
          "cuMemAllocFromPoolAsync",
          "cuMemFreeAsync");

  private FakeDriver() {}

  /** Where the libraries and programs are, for a project that is checked out there. */
  public static Path folder(Path root) {
    return root.resolve("benchmarks/target/native").toAbsolutePath().normalize();
  }

  /**
   * Builds all of it.
   *
   * @param root where the project is checked out
   * @throws IllegalStateException if there is no C compiler, or it fails
   */
  public static void build(Path root) {
    Path folder = folder(root);
    Path fixture = root.resolve("cuda/src/test/c");
    Path own = root.resolve("benchmarks/src/main/c");
    try {
      Files.createDirectories(folder);
      List<String> driver = new ArrayList<>(List.of("-shared", "-fPIC", "-fvisibility=hidden"));
      QUICK.forEach(call -> driver.add("-D" + call + "=" + call + "_of_fixture"));
      driver.add("-Wl,-soname,libcuda.so.1");
      sources(fixture).forEach(driver::add);
      driver.add(own.resolve("quick.c").toString());
      compile(folder.resolve("libcuda.so.1"), driver);
      compile(
          folder.resolve("libcudart.so.13"),
          List.of("-shared", "-fPIC", "-Wl,-soname,libcudart.so.13", fixture + "/fake_cudart.c"));
      compile(
          folder.resolve("libnvidia-ml.so.1"),
          List.of("-shared", "-fPIC", "-Wl,-soname,libnvidia-ml.so.1", fixture + "/fake_nvml.c"));
      for (String program : List.of("launch_loop", "device_query")) {
        compile(
            folder.resolve(program),
            List.of(
                own.resolve(program + ".c").toString(),
                folder.resolve("libcuda.so.1").toString(),
                "-Wl,-rpath," + folder));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> sources(Path fixture) throws IOException {
    try (Stream<Path> files = Files.list(fixture)) {
      return files
          .filter(file -> file.toString().endsWith(".c"))
          .filter(file -> !file.getFileName().toString().startsWith("fake_"))
          .map(Path::toString)
          .sorted()
          .toList();
    }
  }

  private static void compile(Path result, List<String> words) throws IOException {
    List<String> command = new ArrayList<>(List.of("cc", "-O2", "-pthread", "-o"));
    command.add(result.toString());
    command.addAll(words);
    Process cc = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(cc.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (cc.waitFor() != 0) {
        throw new IllegalStateException(String.join(" ", command) + " failed:\n" + output);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while compiling", e);
    }
  }
}
