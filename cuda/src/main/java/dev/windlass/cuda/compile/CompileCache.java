package dev.windlass.cuda.compile;

import dev.windlass.core.job.Memory;
import dev.windlass.cuda.availability.CudaVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compiled code on disk, so that a program is compiled once per machine and not once per process.
 *
 * <p>A file's name is the SHA-256 of all that decides about its content: source, headers, options
 * (the architecture is one), the version of NVRTC, the version of the file's format. Headers on
 * disk count with their content; a program whose headers cannot be told from its text (a macro
 * names one, or an option that is not understood here may) is not kept at all.
 *
 * <p>Many processes may use one folder. A file is written under a name of its own and then renamed,
 * so readers see all of it or none. It starts with a checksum of the rest: what a full disk or a
 * broken one left is as good as absent, is reported to the log, and is replaced.
 *
 * <p>A use sets the file's time. When the files together pass the limit, those that were not used
 * for longest are deleted.
 *
 * <p>The cache never fails a compilation: what goes wrong with it is logged. Safe for use by many
 * threads.
 */
public final class CompileCache {
  /** Of all files together, unless said otherwise. */
  public static final Memory DEFAULT_LIMIT = Memory.mib(512);

  private static final Logger log = LoggerFactory.getLogger(CompileCache.class);
  private static final String SUFFIX = ".cubin-ptx";
  private static final String TEMPORARY = ".tmp";
  private static final long ABANDONED_SECONDS = 3600;

  private final Path folder;
  private final long limit;

  /**
   * Makes a cache.
   *
   * @param folder where the files are; made when the first is kept
   * @param limit of all files together
   */
  public CompileCache(Path folder, Memory limit) {
    this.folder = folder;
    this.limit = limit.bytes();
  }

  /**
   * The user's cache: {@code $WINDLASS_HOME/cache/cuda}, else {@code
   * $XDG_CACHE_HOME/windlass/cuda}, else {@code .cache/windlass/cuda} in the home folder. Empty for
   * a user who has none of these.
   */
  public static Optional<CompileCache> standard() {
    return standardFolder(System.getenv(), System.getProperty("user.home", ""))
        .map(folder -> new CompileCache(folder, DEFAULT_LIMIT));
  }

  /** A user without a name, as in some containers, has no home that Java knows: "?". */
  static Optional<Path> standardFolder(Map<String, String> env, String userHome) {
    try {
      String windlass = env.getOrDefault("WINDLASS_HOME", "");
      if (!windlass.isBlank()) {
        return Optional.of(Path.of(windlass, "cache", "cuda"));
      }
      String xdg = env.getOrDefault("XDG_CACHE_HOME", "");
      if (!xdg.isBlank()) {
        return Optional.of(Path.of(xdg, "windlass", "cuda"));
      }
      String home = userHome.length() > 1 ? userHome : env.getOrDefault("HOME", "");
      return home.isBlank()
          ? Optional.empty()
          : Optional.of(Path.of(home, ".cache", "windlass", "cuda"));
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }

  /** Where the files are. */
  public Path folder() {
    return folder;
  }

  /** What decides about a program's code; empty if that cannot be told. */
  static Optional<String> key(Nvrtc.Program program, CudaVersion compiler) {
    Optional<Map<String, String>> files = Includes.of(program);
    if (files.isEmpty()) {
      return Optional.empty();
    }
    Digest digest = new Digest();
    digest.add(CacheFile.FORMAT).add(compiler.toString());
    digest.add(program.name()).add(program.source());
    digest.add(program.options()).add(program.kernels());
    digest.add(program.headers()).add(files.get());
    return Optional.of(digest.hex());
  }

  /** The code of that key, if there is a sound file of it. */
  Optional<CompiledCode> find(String key, String name) {
    Path file = file(key);
    try {
      CompiledCode code = CacheFile.read(Files.readAllBytes(file), name);
      touch(file);
      return Optional.of(code);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (CacheFile.DamagedException e) {
      log.warn("{} is damaged ({}) and is made anew", file, e.getMessage());
      return Optional.empty();
    } catch (IOException e) {
      log.warn("{} cannot be read", file, e);
      return Optional.empty();
    }
  }

  private static void touch(Path file) {
    try {
      Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
    } catch (IOException e) {
      log.debug("{} seems older than it is", file, e);
    }
  }

  /** Keeps the code, in place of what is there. */
  void keep(String key, CompiledCode code) {
    try {
      makePrivate(folder);
      Path temporary = Files.createTempFile(folder, key, TEMPORARY);
      try {
        Files.write(temporary, CacheFile.write(code));
        moveInto(file(key), temporary);
      } finally {
        Files.deleteIfExists(temporary);
      }
      sweep();
    } catch (IOException | UncheckedIOException e) {
      log.warn("Compiled code cannot be kept in {}", folder, e);
    }
  }

  private static void moveInto(Path file, Path temporary) throws IOException {
    try {
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private Path file(String key) {
    return folder.resolve(key + SUFFIX);
  }

  private record Kept(Path file, long bytes, FileTime used) {}

  /** Deletes what was not used for longest, down to the limit, and what a killed process left. */
  private void sweep() throws IOException {
    List<Kept> files = new ArrayList<>();
    Instant abandoned = Instant.now().minusSeconds(ABANDONED_SECONDS);
    try (Stream<Path> all = Files.list(folder)) {
      for (Path file : (Iterable<Path>) all::iterator) {
        String name = String.valueOf(file.getFileName());
        try {
          Kept kept = new Kept(file, Files.size(file), Files.getLastModifiedTime(file));
          if (name.endsWith(SUFFIX)) {
            files.add(kept);
          } else if (name.endsWith(TEMPORARY) && kept.used().toInstant().isBefore(abandoned)) {
            Files.deleteIfExists(file);
          }
        } catch (NoSuchFileException e) {
          // Another process was faster.
        }
      }
    }
    files.sort(Comparator.comparing(Kept::used));
    long total = files.stream().mapToLong(Kept::bytes).sum();
    for (Kept kept : files) {
      if (total <= limit) {
        return;
      }
      Files.deleteIfExists(kept.file());
      total -= kept.bytes();
    }
  }

  /** Code of others would be run as one's own. */
  private static void makePrivate(Path folder) throws IOException {
    if (folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      Files.createDirectories(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } else {
      Files.createDirectories(folder);
    }
  }

  /** SHA-256 over texts, each with its length, so that no two lists of texts are one. */
  private static final class Digest {
    private final java.security.MessageDigest sha = CacheFile.sha256();

    Digest add(String text) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      sha.update(java.nio.ByteBuffer.allocate(Integer.BYTES).putInt(0, bytes.length));
      sha.update(bytes);
      return this;
    }

    Digest add(List<String> texts) {
      add(String.valueOf(texts.size()));
      texts.forEach(this::add);
      return this;
    }

    Digest add(Map<String, String> texts) {
      add(String.valueOf(texts.size()));
      new TreeMap<>(texts).forEach((name, text) -> add(name).add(text));
      return this;
    }

    String hex() {
      return java.util.HexFormat.of().formatHex(sha.digest());
    }
  }
}
