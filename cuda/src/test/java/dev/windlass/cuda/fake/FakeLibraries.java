package dev.windlass.cuda.fake;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** Builds the fake driver, runtime and management libraries of {@code src/test/c}, once. */
public final class FakeLibraries {
  private static final Path SOURCES = Path.of("src/test/c");
  private static final Optional<Path> FOLDER = build(Path.of("target/fake-cuda"));

  private FakeLibraries() {}

  /** Where they are; without a C compiler the test that asks is skipped. */
  public static Path folder() {
    Assumptions.assumeTrue(
        FOLDER.isPresent(), "skipped: there is no C compiler 'cc' to build the fake driver with");
    return FOLDER.orElseThrow();
  }

  private static Optional<Path> build(Path folder) {
    boolean compiler =
        List.of(System.getenv("PATH").split(File.pathSeparator, -1)).stream()
            .anyMatch(dir -> Files.isExecutable(Path.of(dir, "cc")));
    if (!compiler || !System.getProperty("os.name").equals("Linux")) {
      return Optional.empty();
    }
    try {
      Files.createDirectories(folder);
      compile(
          folder.resolve("libcuda.so.1"),
          "control.c",
          "handles.c",
          "devices.c",
          "memory.c",
          "copies.c",
          "virtual.c",
          "pools.c",
          "peers.c",
          "streams.c",
          "events.c",
          "captures.c",
          "graphs.c",
          "modules.c",
          "cubin.c",
          "launches.c",
          "kernels.c");
      compile(folder.resolve("libcudart.so.13"), "fake_cudart.c");
      compile(folder.resolve("libnvtx3interop.so.1"), "fake_nvtx.c");
      compile(folder.resolve("libnvidia-ml.so.1"), "fake_nvml.c");
      return Optional.of(folder.toAbsolutePath());
    } catch (IOException e) {
      throw new IllegalStateException("The fake driver cannot be built", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted", e);
    }
  }

  private static void compile(Path library, String... sources)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of("cc", "-shared", "-fPIC", "-O1", "-pthread", "-fvisibility=hidden"));
    command.addAll(List.of("-Wall", "-Wextra", "-Werror"));
    command.add("-Wl,-soname," + library.getFileName());
    command.addAll(List.of("-o", library.toString()));
    for (String source : sources) {
      command.add(SOURCES.resolve(source).toString());
    }
    Process cc = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(cc.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!cc.waitFor(1, TimeUnit.MINUTES) || cc.exitValue() != 0) {
      throw new IOException(String.join(" ", command) + ":\n" + output);
    }
  }
}
