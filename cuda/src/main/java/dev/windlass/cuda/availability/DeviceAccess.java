package dev.windlass.cuda.availability;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Whether a container has lost its GPU.
 *
 * <p>A container has its GPUs by two things: the files in {@code /dev}, and the kernel's list of
 * the devices that its cgroup may open. The container runtime adds the GPUs to that list after the
 * container was made, systemd does not know of it, and when systemd writes its lists anew ({@code
 * systemctl daemon-reload}) the GPUs are gone from them. The files are still there with the same
 * rights. What is open already works on, so that a process may not notice for long; whatever is
 * opened anew fails. No right of the container brings them back.
 */
public final class DeviceAccess {
  private static final Path CONTROL = Path.of("/dev/nvidiactl");

  private DeviceAccess() {}

  /**
   * Whether this container may no longer open NVIDIA's devices. False where there are none. Opens
   * and closes the driver's control file, which touches no GPU: microseconds.
   */
  public static boolean lost() {
    return lost(CONTROL);
  }

  static boolean lost(Path file) {
    try {
      FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE).close();
      return false;
    } catch (IOException e) {
      return isRefusedByKernel(e);
    }
  }

  /**
   * Java has types of their own for "the file's rights forbid it" and "no such file", and none for
   * "operation not permitted".
   */
  static boolean isRefusedByKernel(IOException e) {
    return e instanceof FileSystemException refused
        && "Operation not permitted".equals(refused.getReason());
  }
}
