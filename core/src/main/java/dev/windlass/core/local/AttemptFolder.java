package dev.windlass.core.local;

import dev.windlass.core.backend.FaultLine;
import dev.windlass.core.context.Fault;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What is kept of one attempt. {@code stdout} and {@code stderr}: what the program writes, as it
 * writes it. {@code times}: when, see {@link LogRecorder}. {@code process}: the number of the shell
 * around the program and, on Linux, its line of {@code /proc}. {@code exit}: what the program ended
 * with. {@code fault}: why, if the program says so itself. {@code work}: its working directory,
 * {@code mounts}: folders made for it. The shell writes {@code process} and {@code exit} itself, so
 * that they are true whatever becomes of the supervisor.
 */
record AttemptFolder(Path path, int number) {
  /** As much as Kubernetes reads of a termination message. */
  private static final int MAX_FAULT_BYTES = 4096;

  Path stdout() {
    return path.resolve("stdout");
  }

  Path stderr() {
    return path.resolve("stderr");
  }

  Path times() {
    return path.resolve("times");
  }

  Path processFile() {
    return path.resolve("process");
  }

  Path exitFile() {
    return path.resolve("exit");
  }

  Path faultFile() {
    return path.resolve("fault");
  }

  Path work() {
    return path.resolve("work");
  }

  Path mounts() {
    return path.resolve("mounts");
  }

  boolean exists() {
    return Files.isDirectory(path);
  }

  void create() throws IOException {
    LocalHome.makePrivate(path);
    Files.createDirectory(work());
    Files.createDirectory(mounts());
  }

  /** The shell around the program; empty as long as it has not begun. */
  Optional<ProcessTree.Leader> leader() throws IOException {
    return complete(processFile()).flatMap(ProcessTree.Leader::parse);
  }

  /** What the program ended with; empty as long as it has not, or if that was never written. */
  OptionalInt exitCode() throws IOException {
    Optional<String> text = complete(exitFile());
    try {
      return text.isPresent()
          ? OptionalInt.of(Integer.parseInt(text.get().trim()))
          : OptionalInt.empty();
    } catch (NumberFormatException e) {
      return OptionalInt.empty();
    }
  }

  /** What the program said of its failure; empty as well if that cannot be read. */
  Optional<Fault> fault() {
    if (!Files.isRegularFile(faultFile())) {
      return Optional.empty();
    }
    try (RandomAccessFile file = new RandomAccessFile(faultFile().toFile(), "r")) {
      file.seek(Math.max(0, file.length() - MAX_FAULT_BYTES));
      byte[] end = new byte[MAX_FAULT_BYTES];
      int count = Math.max(0, file.read(end));
      return FaultLine.find(new String(end, 0, count, StandardCharsets.UTF_8));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** When the program ended, as the file's time has it. */
  Instant exitedAt() throws IOException {
    return Files.getLastModifiedTime(exitFile()).toInstant();
  }

  /** A file's one line, once it is there to its end. */
  private static Optional<String> complete(Path file) throws IOException {
    try {
      String text = Files.readString(file);
      return text.endsWith("\n") ? Optional.of(text) : Optional.empty();
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }
}
