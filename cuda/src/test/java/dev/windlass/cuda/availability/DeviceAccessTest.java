package dev.windlass.cuda.availability;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeviceAccessTest {
  private static final String FILE = "/dev/nvidiactl";

  @TempDir Path folder;

  @Test
  void fileThatOpens_orIsNotThere_isNotLost() throws IOException {
    assertThat(DeviceAccess.lost(Files.createFile(folder.resolve("nvidiactl")))).isFalse();
    assertThat(DeviceAccess.lost(folder.resolve("none"))).isFalse();
  }

  @Test
  void onlyTheKernelsRefusal_isALoss() {
    assertThat(
            DeviceAccess.isRefusedByKernel(
                new FileSystemException(FILE, null, "Operation not permitted")))
        .isTrue();
    assertThat(
            DeviceAccess.isRefusedByKernel(
                new FileSystemException(FILE, null, "No such device or address")))
        .isFalse();
    assertThat(DeviceAccess.isRefusedByKernel(new AccessDeniedException(FILE))).isFalse();
    assertThat(DeviceAccess.isRefusedByKernel(new NoSuchFileException(FILE))).isFalse();
    assertThat(DeviceAccess.isRefusedByKernel(new IOException("Operation not permitted")))
        .isFalse();
  }
}
