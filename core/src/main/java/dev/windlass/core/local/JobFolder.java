package dev.windlass.core.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.windlass.core.backend.JobEvent.StatusChanged;
import dev.windlass.core.backend.JobStatus;
import dev.windlass.core.backend.JobStatusJson;
import dev.windlass.core.backend.Phase;
import dev.windlass.core.backend.Reason;
import dev.windlass.core.job.GpuJob;
import dev.windlass.core.jobfile.JobFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is kept of one job on disk, and all that anybody knows of it.
 *
 * <ul>
 *   <li>{@code job.json}: the description; {@code submission.json}: a {@link Submission}
 *   <li>{@code status.jsonl}: every status it had, one a line, only ever added to, and only by the
 *       supervisor
 *   <li>{@code attempts/N}: an {@link AttemptFolder}
 *   <li>{@code cancel}: someone wants the job to stop
 *   <li>{@code supervisor.lock}, {@code supervisor.pid}, {@code supervisor.log}: see {@link
 *       SupervisorLock} and {@link SupervisorProcess}
 * </ul>
 */
record JobFolder(Path path) {
  private static final Logger log = LoggerFactory.getLogger(JobFolder.class);
  private static final ObjectMapper JSON = new ObjectMapper();

  String name() {
    return String.valueOf(path.getFileName());
  }

  Path cancelFile() {
    return path.resolve("cancel");
  }

  AttemptFolder attempt(int number) {
    return new AttemptFolder(path.resolve("attempts").resolve(Integer.toString(number)), number);
  }

  /** The newest attempt, or where the first one will be. */
  AttemptFolder lastAttempt() {
    int number = 1;
    while (attempt(number + 1).exists()) {
      number++;
    }
    return attempt(number);
  }

  SupervisorLock supervisorLock() {
    return new SupervisorLock(path.resolve("supervisor.lock"));
  }

  GpuJob job() {
    return JobFile.read(path.resolve("job.json"));
  }

  Submission submission() throws IOException {
    return Submission.read(Files.readString(path.resolve("submission.json")));
  }

  /** Whether this is still the folder of that job: not deleted, and not of a later one. */
  boolean isOf(String id) {
    try {
      return submission().id().equals(id);
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Makes the folder whole or not at all, so that two who submit at once make one job.
   *
   * @return false if there was one already
   */
  boolean create(GpuJob job, Submission submission) throws IOException {
    Path made = LocalHome.makePrivate(path.resolveSibling(".new-" + submission.id()));
    try {
      JobFolder draft = new JobFolder(made);
      Files.createDirectory(made.resolve("attempts"));
      Files.writeString(made.resolve("job.json"), JobFile.toJson(job));
      Files.writeString(made.resolve("submission.json"), submission.toJson());
      draft.append(new StatusChanged(submission.submittedAt(), queued(job.name(), submission)));
      Files.move(made, path, StandardCopyOption.ATOMIC_MOVE);
      return true;
    } catch (FileSystemException e) {
      if (Files.isDirectory(path)) {
        return false;
      }
      throw e;
    } finally {
      FolderTree.delete(made);
    }
  }

  /** Adds a status; it is on disk when this returns. */
  void append(StatusChanged change) throws IOException {
    ObjectNode json = JobStatusJson.write(change.status()).put("at", change.time().toString());
    byte[] line = (json + "\n").getBytes(StandardCharsets.UTF_8);
    Path file = path.resolve("status.jsonl");
    // Whoever was killed, or out of disk, while it wrote may have left half a line.
    if (Files.exists(file) && !endsLine(file)) {
      Files.writeString(file, "\n", StandardOpenOption.APPEND);
    }
    try (FileChannel out =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      ByteBuffer bytes = ByteBuffer.wrap(line);
      while (bytes.hasRemaining()) {
        out.write(bytes);
      }
      out.force(true);
    }
  }

  /** Whether a file is empty or ends with the end of a line. */
  static boolean endsLine(Path file) throws IOException {
    try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
      ByteBuffer last = ByteBuffer.allocate(1);
      return in.size() == 0 || (in.read(last, in.size() - 1) == 1 && last.get(0) == '\n');
    }
  }

  /** All statuses so far. A damaged line is skipped; a half-written last one is not there yet. */
  List<StatusChanged> statuses() throws IOException {
    List<StatusChanged> all = new ArrayList<>();
    for (String line : completeLines()) {
      parse(line).ifPresent(all::add);
    }
    return all;
  }

  /** Changes whenever a status is added; cheap to ask for. */
  Object statusVersion() throws IOException {
    try {
      BasicFileAttributes file =
          Files.readAttributes(path.resolve("status.jsonl"), BasicFileAttributes.class);
      return List.of(file.size(), file.lastModifiedTime(), String.valueOf(file.fileKey()));
    } catch (NoSuchFileException e) {
      return "none";
    }
  }

  /** The newest status that can be read, else the first of all; empty if the folder is gone. */
  Optional<JobStatus> latest() throws IOException {
    List<String> lines = completeLines();
    for (int i = lines.size() - 1; i >= 0; i--) {
      Optional<StatusChanged> change = parse(lines.get(i));
      if (change.isPresent()) {
        return Optional.of(change.get().status());
      }
    }
    try {
      return Optional.of(queued(name(), submission()));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** The status of a job that nothing has happened to. */
  static JobStatus queued(String name, Submission submission) {
    return new JobStatus(
        name,
        Phase.QUEUED,
        Reason.NONE,
        "",
        "",
        submission.submittedAt(),
        Optional.empty(),
        Optional.empty(),
        List.of());
  }

  private List<String> completeLines() throws IOException {
    try {
      byte[] bytes = Files.readAllBytes(path.resolve("status.jsonl"));
      String text = new String(bytes, StandardCharsets.UTF_8);
      return text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
    } catch (NoSuchFileException e) {
      return List.of();
    }
  }

  private Optional<StatusChanged> parse(String line) {
    if (line.isBlank()) {
      return Optional.empty();
    }
    try {
      JsonNode json = JSON.readTree(line);
      Instant at = Instant.parse(json.path("at").asText());
      return Optional.of(new StatusChanged(at, JobStatusJson.read(json)));
    } catch (IOException | RuntimeException e) {
      log.debug("A line of {} is damaged and left out: {}", path.resolve("status.jsonl"), line, e);
      return Optional.empty();
    }
  }

  /**
   * Deletes the folder if no supervisor works on it.
   *
   * @return whether it is gone
   */
  boolean deleteUnsupervised() throws IOException {
    if (!Files.isDirectory(path)) {
      return true;
    }
    Path gone = path.resolveSibling(".gone-" + UUID.randomUUID());
    try (SupervisorLock lock = supervisorLock()) {
      if (!lock.tryTake()) {
        return false;
      }
      // Under its own name it is there whole or not at all.
      Files.move(path, gone, StandardCopyOption.ATOMIC_MOVE);
    } catch (NoSuchFileException e) {
      return true;
    }
    FolderTree.delete(gone);
    return true;
  }
}
