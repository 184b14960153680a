package dev.windlass.core.local;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The folder under which everything of one user is kept: {@code jobs}, {@code gpus} (who holds
 * which), {@code volumes}, {@code secrets} and {@code config-maps}.
 */
record LocalHome(Path root) {
  /** As {@code GpuJob} has it; what does not match can be no job, and no path out of here. */
  private static final Pattern NAME = Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?");

  private static final Duration ABANDONED = Duration.ofHours(1);

  LocalHome(Path root) {
    this.root = root.toAbsolutePath().normalize();
  }

  /** {@code $WINDLASS_HOME}, else {@code .windlass} in the user's home folder. */
  static LocalHome standard() {
    String set = System.getenv("WINDLASS_HOME");
    return new LocalHome(
        set == null || set.isBlank()
            ? Path.of(System.getProperty("user.home"), ".windlass")
            : Path.of(set));
  }

  Path jobs() {
    return root.resolve("jobs");
  }

  JobFolder folder(String name) {
    return new JobFolder(jobs().resolve(name));
  }

  /** The folder of the job of that name, if there is one. */
  Optional<JobFolder> find(String name) {
    return NAME.matcher(name).matches() && Files.isDirectory(jobs().resolve(name))
        ? Optional.of(folder(name))
        : Optional.empty();
  }

  /** The folders of all jobs, in no order. */
  List<JobFolder> all() throws IOException {
    if (!Files.isDirectory(jobs())) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(jobs())) {
      return entries
          .map(p -> find(String.valueOf(p.getFileName())))
          .flatMap(Optional::stream)
          .toList();
    }
  }

  /** Folders that whoever made or deleted a job was killed over; in use ones are younger. */
  List<Path> leftovers() throws IOException {
    if (!Files.isDirectory(jobs())) {
      return List.of();
    }
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(jobs(), ".*")) {
      for (Path entry : entries) {
        Instant changed = Files.getLastModifiedTime(entry).toInstant();
        if (Duration.between(changed, Instant.now()).compareTo(ABANDONED) > 0) {
          found.add(entry);
        }
      }
    }
    return found;
  }

  /** Makes a folder, and those above it that are missing, that only this user can look into. */
  static Path makePrivate(Path folder) throws IOException {
    if (FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) {
      return Files.createDirectories(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
    return Files.createDirectories(folder);
  }
}
