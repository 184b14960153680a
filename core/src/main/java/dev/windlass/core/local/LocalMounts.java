package dev.windlass.core.local;

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
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The job's mounts as directories of this machine. A process sees them under other paths than a
 * container would, so the mount paths in command, arguments and environment are rewritten, where
 * they stand as whole paths.
 */
final class LocalMounts {
  private final Path root;
  private final Path folder;
  private final Map<String, Path> paths =
      new TreeMap<>(Comparator.comparingInt(String::length).reversed().thenComparing(p -> p));

  /** Something that the job names is not there. */
  static final class MissingException extends IOException {
    private static final long serialVersionUID = 1L;

    MissingException(String message) {
      super(message);
    }
  }

  private LocalMounts(Path root, Path folder) {
    this.root = root;
    this.folder = folder;
  }

  /** Makes the directories. */
  static LocalMounts make(GpuJob job, Path root, Path folder) throws IOException {
    LocalMounts mounts = new LocalMounts(root, folder);
    for (int i = 0; i < job.mounts().size(); i++) {
      Mount mount = job.mounts().get(i);
      mounts.paths.put(mount.path(), mounts.directory(mount.source(), "mount-" + i));
    }
    return mounts;
  }

  private Path directory(MountSource source, String name) throws IOException {
    if (source instanceof HostPath host) {
      return existing(Path.of(host.path()), "host path " + host.path());
    } else if (source instanceof ConfigMap map) {
      return existing(root.resolve("config-maps").resolve(map.name()), "config map " + map.name());
    } else if (source instanceof Secret secret) {
      return existing(root.resolve("secrets").resolve(secret.name()), "secret " + secret.name());
    } else if (source instanceof PersistentVolumeClaim claim) {
      return Files.createDirectories(root.resolve("volumes/claims").resolve(claim.name()));
    } else if (source instanceof Nfs nfs) {
      Path server = root.resolve("volumes/nfs").resolve(nfs.server().replace('/', '_'));
      Path path = server.resolve(nfs.path().replaceFirst("^/+", "")).normalize();
      if (!path.startsWith(server)) {
        throw new MissingException("the NFS path " + nfs.path() + " leads out of its server");
      }
      return Files.createDirectories(path);
    } else if (source instanceof EmptyDir) {
      return Files.createDirectories(folder.resolve(name));
    } else if (source instanceof InlineFiles files) {
      Path directory = Files.createDirectories(folder.resolve(name));
      for (String file : files.names()) {
        Files.write(directory.resolve(file), files.content(file));
      }
      return directory;
    }
    throw new MissingException("this backend has no directory for " + source);
  }

  private static Path existing(Path path, String what) throws MissingException {
    if (!Files.exists(path)) {
      throw new MissingException("there is no " + what + ": looked for " + path);
    }
    return path;
  }

  /** A variable's value; those from secrets and config maps are files under the root. */
  String value(EnvValue value) throws IOException {
    if (value instanceof EnvValue.FromSecret ref) {
      return Files.readString(
          existing(
              root.resolve("secrets").resolve(ref.name()).resolve(ref.key()),
              "key " + ref.key() + " of secret " + ref.name()));
    } else if (value instanceof EnvValue.FromConfigMap ref) {
      return Files.readString(
          existing(
              root.resolve("config-maps").resolve(ref.name()).resolve(ref.key()),
              "key " + ref.key() + " of config map " + ref.name()));
    } else if (value instanceof EnvValue.Literal literal) {
      return rewrite(literal.value());
    }
    throw new IllegalStateException("No value for " + value);
  }

  /**
   * The text with mount paths replaced: {@code /data} and {@code /data/x}, not {@code /database}.
   */
  String rewrite(String text) {
    if (paths.isEmpty()) {
      return text;
    }
    StringBuilder any = new StringBuilder();
    paths.keySet().forEach(p -> any.append(any.isEmpty() ? "" : "|").append(Pattern.quote(p)));
    Matcher matcher = Pattern.compile("(?<![\\w./~-])(" + any + ")(?![\\w.~-])").matcher(text);
    return matcher.replaceAll(m -> Matcher.quoteReplacement(String.valueOf(paths.get(m.group(1)))));
  }
}
