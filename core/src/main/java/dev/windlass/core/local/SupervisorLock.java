package dev.windlass.core.local;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * The lock that a job's supervisor holds as long as it lives: by the kernel's word not an instant
 * longer. A process that holds it must not look at it through {@link #isHeld}: on POSIX systems,
 * closing any channel of a file gives up all locks of that process on it.
 */
final class SupervisorLock implements Closeable {
  private final Path file;
  private @Nullable FileChannel channel;

  SupervisorLock(Path file) {
    this.file = file;
  }

  /** Takes it for this process until {@link #close}, if nobody has it. */
  boolean tryTake() throws IOException {
    synchronized (SupervisorLock.class) {
      FileChannel opened =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      try {
        FileLock lock = opened.tryLock();
        if (lock != null) {
          channel = opened;
          return true;
        }
      } catch (OverlappingFileLockException e) {
        // Another thread of this process has it.
        opened.close();
        return false;
      }
      opened.close();
      return false;
    }
  }

  /** Whether some process has it. Only looks, with a shared lock, so that two can look at once. */
  boolean isHeld() {
    synchronized (SupervisorLock.class) {
      try (FileChannel opened = FileChannel.open(file, StandardOpenOption.READ)) {
        FileLock lock = opened.tryLock(0, Long.MAX_VALUE, true);
        return lock == null;
      } catch (OverlappingFileLockException e) {
        return true;
      } catch (NoSuchFileException e) {
        return false;
      } catch (IOException e) {
        // Rather wait for nobody than have two supervisors.
        return Files.exists(file);
      }
    }
  }

  @Override
  public void close() throws IOException {
    if (channel != null) {
      channel.close();
    }
  }
}
