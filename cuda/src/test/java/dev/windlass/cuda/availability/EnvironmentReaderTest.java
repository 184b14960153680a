package dev.windlass.cuda.availability;

import static dev.windlass.cuda.availability.CudaEnvironment.DRIVER_LIBRARY;
import static dev.windlass.cuda.availability.CudaEnvironment.RUNTIME_LIBRARY;
import static org.assertj.core.api.Assertions.assertThat;

import dev.windlass.cuda.availability.CudaEnvironment.DeviceFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EnvironmentReaderTest {
  @TempDir Path root;

  private CudaEnvironment read(Map<String, String> variables) {
    return new EnvironmentReader(root, variables, "").read("Linux", "amd64");
  }

  private Path file(String path, String text) throws IOException {
    Path file = root.resolve(path);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text, StandardCharsets.ISO_8859_1);
  }

  @Test
  void emptyMachine_hasNothing() {
    CudaEnvironment found = read(Map.of("A", "b"));
    assertThat(found.libraries()).isEmpty();
    assertThat(found.deviceFiles()).isEmpty();
    assertThat(found.kernelDriver()).isEmpty();
    assertThat(found.variable("A")).contains("b");
    assertThat(found.platform()).isEqualTo("linux-x86_64");
  }

  @Test
  void library_isTheFirstInTheLoadersOrder() throws IOException {
    Path always = file("usr/lib/x86_64-linux-gnu/libcuda.so.1", "");
    assertThat(read(Map.of()).library(DRIVER_LIBRARY)).contains(always);
    Path own = file("own/libcuda.so.1", "");
    String path = root.resolve("nothing") + "::" + root.resolve("own");
    assertThat(read(Map.of("LD_LIBRARY_PATH", path)).library(DRIVER_LIBRARY)).contains(own);
    Path java = file("java/libcudart.so.13", "");
    assertThat(
            new EnvironmentReader(root, Map.of(), root.resolve("java").toString())
                .read("Linux", "aarch64")
                .libraries())
        .containsEntry(RUNTIME_LIBRARY, java)
        .containsEntry(DRIVER_LIBRARY, always);
  }

  @Test
  void library_isFoundThroughTheLoadersCache_ifItIsStillThere() throws IOException {
    file(
        "etc/ld.so.cache",
        "glibc-ld.so.cache1.1\0\u00ff\u0001libcuda.so.1\0/opt/nvidia/libcuda.so.1\0libcuda.so\0"
            + "/opt/nvidia/libcuda.so\0/opt/nvidia/libcudart.so.13\0");
    assertThat(read(Map.of()).libraries()).isEmpty();
    Path library = file("opt/nvidia/libcuda.so.1", "");
    assertThat(read(Map.of()).libraries()).isEqualTo(Map.of(DRIVER_LIBRARY, library));
  }

  @Test
  void toolkit_isFoundInItsUsualPlace() throws IOException {
    Path library = file("usr/local/cuda/lib64/libcudart.so.13", "");
    file("usr/local/cuda/lib64/libcudart.so.12", "");
    assertThat(read(Map.of()).libraries()).isEqualTo(Map.of(RUNTIME_LIBRARY, library));
  }

  @Test
  void deviceFiles_areThoseOfNvidia() throws IOException {
    file("dev/nvidia1", "");
    file("dev/nvidia0", "");
    file("dev/nvidiactl", "");
    file("dev/null", "");
    Files.createDirectories(root.resolve("dev/nvidia-caps"));
    assertThat(read(Map.of()).deviceFiles())
        .containsExactly(
            new DeviceFile("nvidia0", true),
            new DeviceFile("nvidia1", true),
            new DeviceFile("nvidiactl", true));
  }

  @Test
  void kernelDriver_isTheReleaseOfItsVersionLine() throws IOException {
    file(
        "proc/driver/nvidia/version",
        """
        NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.95.05  Release Build
        GCC version:  gcc version 13.3.0
        """);
    assertThat(read(Map.of()).kernelDriver()).contains(DriverRelease.parse("580.95.05"));
    file("proc/driver/nvidia/version", "GCC version:  gcc version 123.3.0\n");
    assertThat(read(Map.of()).kernelDriver()).isEmpty();
  }

  @Test
  void platforms_haveJavacppsNames() {
    EnvironmentReader reader = new EnvironmentReader(root, Map.of(), "");
    assertThat(reader.read("Linux", "aarch64").platform()).isEqualTo("linux-arm64");
    assertThat(reader.read("Mac OS X", "aarch64").platform()).isEqualTo("mac-arm64");
    assertThat(reader.read("Windows 11", "amd64").platform()).isEqualTo("windows-x86_64");
  }
}
