package dev.windlass.core.local;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.windlass.core.backend.BackendException;
import dev.windlass.core.backend.JobStatus;
import dev.windlass.core.backend.JobStatusJson;
import dev.windlass.core.job.GpuJob;
import dev.windlass.core.jobfile.JobFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What is kept of one job on disk. {@code job.json}: the description. {@code status.jsonl}: every
 * status it had, one a line, only ever added to by whoever holds {@code supervisor.lock}. {@code
 * attempt-N.log}: what attempt N wrote. {@code cancel}: someone wants it to stop. {@code started}:
 * a supervisor took it. The lock is held as long as the supervisor lives, and by the kernel's word
 * not an instant longer.
 */
record JobFolder(Path path) {
  private static final ObjectMapper JSON = new ObjectMapper();

  Path work() {
    return path.resolve("work");
  }

  Path cancelFile() {
    return path.resolve("cancel");
  }

  Path startedFile() {
    return path.resolve("started");
  }

  Path pidFile() {
    return path.resolve("pid");
  }

  Path log(int attempt) {
    return path.resolve("attempt-" + attempt + ".log");
  }

  Path mounts() {
    return path.resolve("mounts");
  }

  boolean exists() {
    return Files.exists(path.resolve("job.json"));
  }

  GpuJob job() {
    return JobFile.read(path.resolve("job.json"));
  }

  void create(GpuJob job, String digest, JobStatus first, int gpus) throws IOException {
    Files.createDirectories(work());
    Files.writeString(path.resolve("job.json"), JobFile.toJson(job));
    Files.writeString(path.resolve("digest"), digest);
    Files.writeString(path.resolve("gpus"), Integer.toString(gpus));
    append(first);
  }

  String digest() throws IOException {
    return Files.readString(path.resolve("digest"));
  }

  int gpus() throws IOException {
    return Integer.parseInt(Files.readString(path.resolve("gpus")));
  }

  /** Adds a status, on disk before this returns. */
  void append(JobStatus status) throws IOException {
    String line = JobStatusJson.write(status) + "\n";
    try (FileChannel out =
        FileChannel.open(
            path.resolve("status.jsonl"), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      ByteBuffer bytes = ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8));
      while (bytes.hasRemaining()) {
        out.write(bytes);
      }
      out.force(true);
    }
  }

  /** All statuses so far; the last line may be half written and is left for the next time. */
  List<JobStatus> statuses() {
    try {
      String text = Files.readString(path.resolve("status.jsonl"));
      List<JobStatus> all = new ArrayList<>();
      for (String line : text.substring(0, text.lastIndexOf('\n') + 1).lines().toList()) {
        all.add(JobStatusJson.read(JSON.readTree(line)));
      }
      return all;
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (IOException | RuntimeException e) {
      throw new BackendException(
          "reading the state of a job in " + path,
          "It cannot be read: " + e.getMessage(),
          "Check the rights of that folder, or delete it",
          e);
    }
  }

  Optional<JobStatus> latest() {
    List<JobStatus> all = statuses();
    return all.isEmpty() ? Optional.empty() : Optional.of(all.get(all.size() - 1));
  }

  /** The supervisor's lock, if nobody holds it. */
  Optional<FileLock> tryLock() throws IOException {
    FileChannel channel = lockChannel();
    try {
      FileLock lock = channel.tryLock();
      if (lock != null) {
        return Optional.of(lock);
      }
    } catch (OverlappingFileLockException e) {
      // Another thread of this process is looking as well.
    }
    channel.close();
    return Optional.empty();
  }

  /** The supervisor's lock; waits for whoever only looks whether it is free. */
  FileLock lock() throws IOException {
    return lockChannel().lock();
  }

  private FileChannel lockChannel() throws IOException {
    return FileChannel.open(
        path.resolve("supervisor.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
  }

  boolean isSupervised() {
    try {
      Optional<FileLock> lock = tryLock();
      if (lock.isEmpty()) {
        return true;
      }
      lock.get().acquiredBy().close();
      return false;
    } catch (IOException e) {
      return false;
    }
  }

  /** Removes a folder and all that is in it. Links are removed, not followed. */
  static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path p : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(p);
      }
    }
  }
}
