package dev.windlass.kube.log;

import dev.windlass.core.backend.BackendException;
import dev.windlass.core.backend.LogLine;
import java.io.BufferedWriter;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The file in which the lines of a log are kept: time, attempt, stream and text, with a space
 * between. Safe for use by several threads.
 */
final class KeptLog implements Closeable {
  private final Path file;
  private final BufferedWriter writer;

  /**
   * Opens the file to add to it, and makes it if there is none.
   *
   * @throws BackendException if that cannot be done
   */
  KeptLog(Path file) {
    this.file = file;
    try {
      writer = Files.newBufferedWriter(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /** Adds a line; it is in the file when this returns. */
  synchronized void add(LogLine line) {
    try {
      writer.write(
          line.time() + " " + line.attempt() + " " + line.stream() + " " + line.text() + "\n");
      writer.flush();
    } catch (IOException e) {
      throw failed(e);
    }
  }

  @Override
  public synchronized void close() throws IOException {
    writer.close();
  }

  private BackendException failed(IOException cause) {
    return new BackendException(
        "keeping a log in " + file,
        cause.toString(),
        "Give a file in a folder that exists, can be written and has room",
        cause);
  }
}
