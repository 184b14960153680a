package dev.windlass.cuda.availability;

import dev.windlass.cuda.availability.CudaEnvironment.DeviceFile;
import java.io.IOException;
import java.nio.charset.Charset;
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
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Looks for CUDA as the dynamic loader would, in the loader's order: {@code LD_LIBRARY_PATH}, the
 * loader's cache (a table of file names and paths, of which only the paths matter here), the
 * folders that it always looks in. JavaCPP adds Java's library path and the toolkit's usual place.
 *
 * <p>A program may ask this first of all, so it is written without streams and patterns that are
 * not needed: their first use in a Java process costs more than all files that are read here.
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
    Set<Path> folders = folders();
    String cache = text("etc/ld.so.cache", StandardCharsets.ISO_8859_1);
    for (String name :
        List.of(
            CudaEnvironment.DRIVER_LIBRARY,
            CudaEnvironment.RUNTIME_LIBRARY,
            CudaEnvironment.COMPILER_LIBRARY,
            CudaEnvironment.HEALTH_LIBRARY)) {
      List<Path> places = new ArrayList<>();
      for (Path folder : folders) {
        places.add(folder.resolve(name));
      }
      addCached(places, cache, name);
      for (Path place : places) {
        if (Files.exists(place)) {
          libraries.put(name, place);
          break;
        }
      }
    }
    return new CudaEnvironment(
        variables, platform(osName, osArchitecture), libraries, deviceFiles(), kernelDriver());
  }

  /** JavaCPP's name of a platform. */
  private static String platform(String osName, String osArchitecture) {
    int space = osName.indexOf(' ');
    String os = space < 0 ? osName : osName.substring(0, space);
    return os.toLowerCase(Locale.ROOT)
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
    for (String folder : ALWAYS) {
      folders.add(root.resolve(folder));
    }
    return folders;
  }

  private static void addAll(Set<Path> folders, String list) {
    for (String folder : list.replace(';', ':').split(":", -1)) {
      if (!folder.isEmpty()) {
        try {
          folders.add(Path.of(folder));
        } catch (InvalidPathException e) {
          // The loader would not find anything there either.
        }
      }
    }
  }

  /** Adds the paths in the loader's cache that end with the name. */
  private void addCached(List<Path> places, String cache, String name) {
    String end = "/" + name + "\0";
    for (int at = cache.indexOf(end); at >= 0; at = cache.indexOf(end, at + 1)) {
      int start = cache.lastIndexOf('\0', at) + 1;
      if (cache.charAt(start) == '/') {
        places.add(root.resolve(cache.substring(start + 1, at + end.length() - 1)));
      }
    }
  }

  private String text(String path, Charset charset) {
    try {
      return Files.readString(root.resolve(path), charset);
    } catch (IOException e) {
      return "";
    }
  }

  private List<DeviceFile> deviceFiles() {
    Map<String, DeviceFile> files = new TreeMap<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(root.resolve("dev"))) {
      for (Path file : all) {
        String name = file.getFileName().toString();
        boolean cuda = name.startsWith("nvidia") || name.equals("dxg") || name.equals("nvmap");
        if (cuda && !Files.isDirectory(file)) {
          boolean usable = Files.isReadable(file) && Files.isWritable(file);
          files.put(name, new DeviceFile(name, usable));
        }
      }
    } catch (IOException e) {
      // No folder /dev: no device files.
    }
    return List.copyOf(files.values());
  }

  private Optional<DriverRelease> kernelDriver() {
    String text = text("proc/driver/nvidia/version", StandardCharsets.UTF_8);
    for (String line : text.split("\n", -1)) {
      if (line.startsWith("NVRM")) {
        Matcher m = RELEASE.matcher(line);
        return m.find() ? Optional.of(DriverRelease.parse(m.group(1))) : Optional.empty();
      }
    }
    return Optional.empty();
  }
}
