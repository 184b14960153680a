package dev.windlass.core.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.windlass.core.backend.BackendException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class SupervisorProcessTest {

  @Test
  void classesThatAreInNoFile_areAnErrorThatSaysWhatToDo() {
    assertThatThrownBy(() -> SupervisorProcess.classPath("submitting", List.of(String.class)))
        .isInstanceOf(BackendException.class)
        .hasMessageContaining("java.lang.String")
        .hasMessageContaining("jar within a jar")
        .hasMessageContaining("jars as files");
  }

  @Test
  void whatChangesEveryJvm_reachesTheJob_andNotItsSupervisor() {
    Map<String, String> program =
        Map.of(
            "JAVA_TOOL_OPTIONS",
            "-agentlib:jdwp=address=5005",
            "_JAVA_OPTIONS",
            "-Xmx1g",
            "A",
            "b");
    Map<String, String> supervisor = new TreeMap<>(program);
    SupervisorProcess.setAside(supervisor);
    assertThat(supervisor)
        .containsEntry("A", "b")
        .doesNotContainKeys("JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS");
    assertThat(SupervisorProcess.inherited(supervisor)).isEqualTo(program);
  }

  @Test
  void home_isTheVariable_orTheUsersOwn_andNeverAFolderNamedQuestionMark() {
    assertThat(LocalHome.standard(Map.of("WINDLASS_HOME", "/w", "HOME", "/h"), "/u").root())
        .isEqualTo(Path.of("/w"));
    assertThat(LocalHome.standard(Map.of("HOME", "/h"), "/u").root())
        .isEqualTo(Path.of("/u/.windlass"));
    assertThat(LocalHome.standard(Map.of("HOME", "/h"), "?").root())
        .isEqualTo(Path.of("/h/.windlass"));
    assertThatThrownBy(() -> LocalHome.standard(Map.of(), "?"))
        .isInstanceOf(BackendException.class)
        .hasMessageContaining("WINDLASS_HOME");
  }
}
