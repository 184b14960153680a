package dev.windlass.core.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class ProcessTreeTest {
  private static final long SELF = ProcessHandle.current().pid();

  @Test
  @EnabledOnOs(OS.LINUX)
  void aLaterProcessWithTheSameNumber_isNotTakenForTheProgram() throws Exception {
    String stat = Files.readString(Path.of("/proc/self/stat"));
    ProcessTree.Leader itself = ProcessTree.Leader.parse(SELF + " " + stat).orElseThrow();
    assertThat(itself.isAlive()).isTrue();
    ProcessTree.Leader before = new ProcessTree.Leader(SELF, itself.start() + "0");
    assertThat(before.isAlive()).isFalse();
    ProcessTree tree = new ProcessTree("no-job", Optional.of(before));
    assertThat(tree.isLeaderAlive()).isFalse();
    assertThat(tree.members()).isEmpty();
    assertThat(tree.kill(true)).isFalse();
  }

  @Test
  void aNameOfAnyKind_doesNotConfuseTheStartTime() {
    String stat = "7 (a b) c) S 1 7 5 0 -1 4194304 0 0 0 0 0 0 0 0 20 0 1 0 4711 0 0";
    assertThat(ProcessTree.Leader.parse("7 " + stat)).contains(new ProcessTree.Leader(7, "4711"));
    assertThat(ProcessTree.Leader.parse("7")).contains(new ProcessTree.Leader(7, ""));
    assertThat(ProcessTree.Leader.parse("what")).isEmpty();
  }
}
