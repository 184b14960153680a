package dev.windlass.cuda.availability;

import dev.windlass.cuda.availability.CudaEnvironment.DeviceFile;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Looks for CUDA as the dynamic loader would, in the loader's order: {@code LD_LIBRARY_PATH}, the
 * loader's cache (a table of file names and paths, of which only the paths matter here), the
 * folders that it always looks in. JavaCPP adds Java's library path and the toolkit's usual place.
 */
final class EnvironmentReader {
  private static final List<String> ALWAYS =
      List.of(
          "lib/x86_64-linux-gnu",
          "usr/lib/x86_64-linux-gnu",
          "lib/aarch64-linux-gnu",
          "usr/lib/aarch64-linux-gnu",
          "lib64",
          "usr/lib64",
          "lib",
          "usr/lib",
          "usr/local/cuda-" + CudaVersion.TOOLKIT + "/lib64",
          "usr/local/cuda/lib64");
  private static final Pattern RELEASE = Pattern.compile("\\b([0-9]{3,4}\\.[0-9]+(\\.[0-9]+)?)\\b");

  private final Path root;
  private final Map<String, String> variables;
  private final String javaLibraryPath;

  /**
   * Makes a reader.
   *
   * @param root what stands for {@code /}
   * @param variables the environment variables
   * @param javaLibraryPath Java's own list of folders
   */
  EnvironmentReader(Path root, Map<String, String> variables, String javaLibraryPath) {
    this.root = root;
    this.variables = variables;
    this.javaLibraryPath = javaLibraryPath;
  }

  CudaEnvironment read(String osName, String osArchitecture) {
    Map<String, Path> libraries = new LinkedHashMap<>();
    Set<Path> candidates = folders();
    String cache = text("etc/ld.so.cache", StandardCharsets.ISO_8859_1);
    for (String name :
        List.of(
            CudaEnvironment.DRIVER_LIBRARY,
            CudaEnvironment.RUNTIME_LIBRARY,
            CudaEnvironment.HEALTH_LIBRARY)) {
      Stream.concat(
              candidates.stream().map(folder -> folder.resolve(name)), cached(cache, name).stream())
          .filter(Files::exists)
          .findFirst()
          .ifPresent(path -> libraries.put(name, path));
    }
    return new CudaEnvironment(
        variables, platform(osName, osArchitecture), libraries, deviceFiles(), kernelDriver());
  }

  /** JavaCPP's name of a platform. */
  private static String platform(String osName, String osArchitecture) {
    String os = osName.toLowerCase(Locale.ROOT).split(" ", 2)[0];
    return os
        + "-"
        + switch (osArchitecture) {
          case "amd64", "x86_64" -> "x86_64";
          case "aarch64", "arm64" -> "arm64";
          default -> osArchitecture;
        };
  }

  private Set<Path> folders() {
    Set<Path> folders = new LinkedHashSet<>();
    addAll(folders, variables.getOrDefault("LD_LIBRARY_PATH", ""));
    addAll(folders, javaLibraryPath);
    ALWAYS.forEach(folder -> folders.add(root.resolve(folder)));
    return folders;
  }

  private static void addAll(Set<Path> folders, String list) {
    for (String folder : list.split("[" + File.pathSeparator + ";]", -1)) {
      if (!folder.isEmpty()) {
        try {
          folders.add(Path.of(folder));
        } catch (InvalidPathException e) {
          // The loader would not find anything there either.
        }
      }
    }
  }

  private List<Path> cached(String cache, String name) {
    List<Path> found = new ArrayList<>();
    Matcher m = Pattern.compile("(/[^\0]*/" + Pattern.quote(name) + ")\0").matcher(cache);
    while (m.find()) {
      found.add(root.resolve(m.group(1).substring(1)));
    }
    return found;
  }

  private String text(String path, java.nio.charset.Charset charset) {
    try {
      return Files.readString(root.resolve(path), charset);
    } catch (IOException e) {
      return "";
    }
  }

  private List<DeviceFile> deviceFiles() {
    List<DeviceFile> files = new ArrayList<>();
    try (DirectoryStream<Path> all =
        Files.newDirectoryStream(root.resolve("dev"), "{nvidia*,dxg,nvmap}")) {
      for (Path file : all) {
        if (!Files.isDirectory(file)) {
          files.add(
              new DeviceFile(
                  file.getFileName().toString(), Files.isReadable(file) && Files.isWritable(file)));
        }
      }
    } catch (IOException e) {
      // No folder /dev: no device files.
    }
    files.sort(java.util.Comparator.comparing(DeviceFile::name));
    return files;
  }

  private Optional<DriverRelease> kernelDriver() {
    Matcher m =
        RELEASE.matcher(
            text("proc/driver/nvidia/version", StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.startsWith("NVRM"))
                .findFirst()
                .orElse(""));
    return m.find() ? Optional.of(DriverRelease.parse(m.group(1))) : Optional.empty();
  }
}
