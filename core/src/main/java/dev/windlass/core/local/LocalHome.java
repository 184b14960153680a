package dev.windlass.core.local;

import dev.windlass.core.backend.BackendException;
import dev.windlass.core.backend.JobStatus;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder under which everything of one user is kept: {@code jobs}, {@code gpus} (who holds
 * which), {@code volumes}, {@code secrets} and {@code config-maps}.
 */
record LocalHome(Path root) {
  /** As {@code GpuJob} has it; what does not match can be no job, and no path out of here. */
  private static final Pattern NAME = Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?");

  private static final Logger log = LoggerFactory.getLogger(LocalHome.class);

  private static final Duration ABANDONED = Duration.ofHours(1);

  LocalHome(Path root) {
    this.root = root.toAbsolutePath().normalize();
  }

  /** {@code $WINDLASS_HOME}, else {@code .windlass} in the user's home folder. */
  static LocalHome standard() {
    return standard(System.getenv(), System.getProperty("user.home", ""));
  }

  /** A user without a name, as in some containers, has no home that Java knows: "?". */
  static LocalHome standard(Map<String, String> env, String userHome) {
    String set = env.getOrDefault("WINDLASS_HOME", "");
    if (!set.isBlank()) {
      return new LocalHome(Path.of(set));
    }
    String user = userHome.length() > 1 ? userHome : env.getOrDefault("HOME", "");
    if (user.isBlank()) {
      throw new BackendException(
          "opening the local backend",
          "this user has no home folder",
          "Set WINDLASS_HOME to a folder on a disk of this machine");
    }
    return new LocalHome(Path.of(user, ".windlass"));
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

  /** Deletes the jobs that ended longer ago than they are to be kept. */
  void sweep() {
    try {
      for (JobFolder folder : all()) {
        Optional<Instant> until = keptUntil(folder);
        if (until.isPresent() && until.get().isBefore(Instant.now())) {
          boolean unused = folder.deleteUnsupervised();
        }
      }
      for (Path leftover : leftovers()) {
        FolderTree.delete(leftover);
      }
    } catch (IOException e) {
      log.warn("Old jobs under {} cannot be deleted now", jobs(), e);
    }
  }

  private static Optional<Instant> keptUntil(JobFolder folder) throws IOException {
    try {
      Submission submission = folder.submission();
      return submission.ttlAfterFinished().isEmpty()
          ? Optional.empty()
          : folder
              .latest()
              .flatMap(JobStatus::finishedAt)
              .map(end -> end.plus(submission.ttlAfterFinished().get()));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** Folders that whoever made or deleted a job was killed over; in use ones are younger. */
  private List<Path> leftovers() throws IOException {
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
