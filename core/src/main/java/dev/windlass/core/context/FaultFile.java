package dev.windlass.core.context;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The file in which a program says why it fails; in a pod, Kubernetes' termination message. */
final class FaultFile {
  private FaultFile() {}

  /**
   * Adds a line, unless something is there already: what was said first is what came first. In a
   * pod the file is a mount, so it can only be written in place. One write of so few bytes is one
   * piece for whoever reads, and of two processes that write at once the first line counts.
   *
   * @return whether the line is in the file
   */
  static synchronized boolean add(Path file, String line) {
    try {
      if (Files.exists(file) && (!Files.isRegularFile(file) || Files.size(file) > 0)) {
        return false;
      }
      Files.write(
          file,
          (line + "\n").getBytes(StandardCharsets.US_ASCII),
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
      return true;
    } catch (IOException | RuntimeException e) {
      return false; // The program is about to fail, and this must not hide why.
    }
  }
}
