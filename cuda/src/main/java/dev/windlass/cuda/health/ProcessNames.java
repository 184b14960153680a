package dev.windlass.cuda.health;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The names of processes, from {@code /proc}. In a container NVML may give the numbers that
 * processes have on the node, and another process may have that number here: so only one that is
 * seen to have a GPU's file open is named.
 */
final class ProcessNames {
  private final Path proc;

  /**
   * Makes names.
   *
   * @param proc what stands for {@code /proc}
   */
  ProcessNames(Path proc) {
    this.proc = proc;
  }

  Optional<String> name(int pid) {
    Path process = proc.resolve(Integer.toString(pid));
    if (!hasGpuOpen(process.resolve("fd"))) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          Files.readString(process.resolve("comm"), StandardCharsets.ISO_8859_1).strip());
    } catch (IOException e) {
      return Optional.empty(); // it has just ended
    }
  }

  private static boolean hasGpuOpen(Path descriptors) {
    try (DirectoryStream<Path> all = Files.newDirectoryStream(descriptors)) {
      for (Path descriptor : all) {
        if (Files.readSymbolicLink(descriptor).startsWith("/dev")
            && Files.readSymbolicLink(descriptor).getFileName().toString().startsWith("nvidia")) {
          return true;
        }
      }
      return false;
    } catch (IOException e) {
      return false; // another user's, or not there
    }
  }
}
