package dev.windlass.core.local;

import dev.windlass.core.backend.Reason;
import dev.windlass.core.job.ConfigMap;
import dev.windlass.core.job.EmptyDir;
import dev.windlass.core.job.EnvValue;
import dev.windlass.core.job.GpuJob;
import dev.windlass.core.job.HostPath;
import dev.windlass.core.job.InlineFiles;
import dev.windlass.core.job.Mount;
import dev.windlass.core.job.MountSource;
import dev.windlass.core.job.Nfs;
import dev.windlass.core.job.PersistentVolumeClaim;
import dev.windlass.core.job.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A job's mounts as directories of this machine. A process sees them under other paths than a
 * container would, so mount paths are rewritten where they stand as whole paths in the command, the
 * arguments, the working directory and literal values of variables.
 */
final class LocalMounts {
  private final LocalHome home;
  private final Path folder;
  private final Map<String, Path> paths =
      new TreeMap<>(Comparator.comparingInt(String::length).reversed().thenComparing(p -> p));

  private LocalMounts(LocalHome home, Path folder) {
    this.home = home;
    this.folder = folder;
  }

  /**
   * Makes the directories.
   *
   * @param folder where those are made that live as long as the attempt
   */
  static LocalMounts make(GpuJob job, LocalHome home, Path folder)
      throws IOException, NotRunnableException {
    LocalMounts mounts = new LocalMounts(home, folder);
    for (int i = 0; i < job.mounts().size(); i++) {
      Mount mount = job.mounts().get(i);
      String path = mount.path().replaceAll("/+$", "");
      mounts.paths.put(path, mounts.directory(mount.source(), "mount-" + i));
    }
    return mounts;
  }

  private Path directory(MountSource source, String name) throws IOException, NotRunnableException {
    if (source instanceof HostPath host) {
      return existing(Path.of(host.path()), "host path " + host.path());
    } else if (source instanceof ConfigMap map) {
      return existing(configMap(map.name()), "config map " + map.name());
    } else if (source instanceof Secret secret) {
      return existing(secret(secret.name()), "secret " + secret.name());
    } else if (source instanceof PersistentVolumeClaim claim) {
      return LocalHome.makePrivate(home.root().resolve("volumes/claims").resolve(claim.name()));
    } else if (source instanceof Nfs nfs) {
      return LocalHome.makePrivate(
          home.root()
              .resolve("volumes/nfs")
              .resolve(nfs.server())
              .resolve(nfs.path().replaceFirst("^/+", "")));
    } else if (source instanceof EmptyDir) {
      return Files.createDirectories(folder.resolve(name));
    } else if (source instanceof InlineFiles files) {
      return write(files, Files.createDirectories(folder.resolve(name)));
    }
    throw new NotRunnableException(
        Reason.CONFIG_ERROR,
        "the local backend has no directory for " + source,
        "Mount something else there");
  }

  private static Path write(InlineFiles files, Path directory) throws IOException {
    for (String name : files.names()) {
      Path file = Files.write(directory.resolve(name), files.content(name));
      PosixFileAttributeView posix = Files.getFileAttributeView(file, PosixFileAttributeView.class);
      if (posix != null) {
        posix.setPermissions(PosixFilePermissions.fromString("r-x------"));
      }
    }
    return directory;
  }

  private Path secret(String name) {
    return home.root().resolve("secrets").resolve(name);
  }

  private Path configMap(String name) {
    return home.root().resolve("config-maps").resolve(name);
  }

  private static Path existing(Path path, String what) throws NotRunnableException {
    if (!Files.exists(path)) {
      throw new NotRunnableException(
          Reason.CONFIG_ERROR, "there is no " + what + ": looked for " + path, "Make " + path);
    }
    return path;
  }

  /** A variable's value; those from secrets and config maps are files under the home folder. */
  String value(EnvValue value) throws IOException, NotRunnableException {
    if (value instanceof EnvValue.FromSecret ref) {
      return Files.readString(
          existing(
              secret(ref.name()).resolve(ref.key()),
              "key " + ref.key() + " of secret " + ref.name()));
    } else if (value instanceof EnvValue.FromConfigMap ref) {
      return Files.readString(
          existing(
              configMap(ref.name()).resolve(ref.key()),
              "key " + ref.key() + " of config map " + ref.name()));
    } else if (value instanceof EnvValue.Literal literal) {
      return rewrite(literal.value());
    }
    throw new IllegalStateException("No value for " + value);
  }

  /**
   * The text with mount paths replaced: {@code /data} and {@code /data/x}, but not {@code
   * /database}, {@code x/data} or {@code /data.txt}.
   */
  String rewrite(String text) {
    if (paths.isEmpty()) {
      return text;
    }
    StringBuilder any = new StringBuilder();
    paths.keySet().forEach(p -> any.append(any.isEmpty() ? "" : "|").append(Pattern.quote(p)));
    Matcher matcher =
        Pattern.compile("(?<![\\w./~-])(" + any + ")(?![\\w~-]|\\.\\w)").matcher(text);
    return matcher.replaceAll(m -> Matcher.quoteReplacement(String.valueOf(paths.get(m.group(1)))));
  }
}
