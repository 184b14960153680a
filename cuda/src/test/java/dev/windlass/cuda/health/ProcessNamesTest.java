package dev.windlass.cuda.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessNamesTest {
  @TempDir Path proc;

  private void process(int pid, String name, String... open) throws IOException {
    Path descriptors = Files.createDirectories(proc.resolve(pid + "/fd"));
    Files.writeString(proc.resolve(pid + "/comm"), name + "\n");
    for (int i = 0; i < open.length; i++) {
      Files.createSymbolicLink(descriptors.resolve("" + i), Path.of(open[i]));
    }
  }

  @Test
  void name_isOnlyThatOfAProcessWithAGpuOpen() throws IOException {
    process(5, "train", "/dev/null", "/dev/nvidia0");
    process(6, "sshd", "/dev/null", "socket:[1]");
    process(7, "editor", "/home/a/nvidia.txt");
    ProcessNames names = new ProcessNames(proc);
    assertThat(names.name(5)).contains("train");
    assertThat(names.name(6)).isEmpty();
    assertThat(names.name(7)).isEmpty();
    assertThat(names.name(8)).isEmpty();
  }
}
