package dev.windlass.kube.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.windlass.core.backend.BackendException;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.util.Throwables;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterAccessTest {
  private static final String TWO_CONTEXTS =
      """
      {"apiVersion": "v1", "kind": "Config", "current-context": "first",
       "clusters": [{"name": "c", "cluster": {"server": "https://127.0.0.1:1"}},
                    {"name": "d", "cluster": {"server": "https://127.0.0.1:2"}}],
       "users": [{"name": "u", "user": {"token": "t"}}],
       "contexts": [
         {"name": "first", "context": {"cluster": "c", "user": "u", "namespace": "team-a"}},
         {"name": "second", "context": {"cluster": "d", "user": "u"}}]}
      """;

  @TempDir Path folder;

  @AfterEach
  void forget() {
    System.clearProperty(Config.KUBERNETES_KUBECONFIG_FILE);
  }

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve("config"), text);
  }

  private static KubernetesClient connect(Path file, String context) {
    return ClusterAccess.connect(Optional.of(file), Optional.ofNullable(context), Map.of());
  }

  @Test
  void connect_namedFile_takesItsCurrentContextOrTheNamedOne() throws IOException {
    Path file = file(TWO_CONTEXTS);
    try (KubernetesClient current = connect(file, null);
        KubernetesClient named = connect(file, "second")) {
      assertThat(current.getMasterUrl()).hasToString("https://127.0.0.1:1/");
      assertThat(current.getNamespace()).isEqualTo("team-a");
      assertThat(named.getMasterUrl()).hasToString("https://127.0.0.1:2/");
    }
  }

  @Test
  void connect_unknownContext_namesThoseThatAreThere() throws IOException {
    Path file = file(TWO_CONTEXTS);
    assertThatThrownBy(() -> connect(file, "third"))
        .isInstanceOf(BackendException.class)
        .hasMessageContaining("'third'")
        .hasMessageContaining("first, second");
  }

  @Test
  void connect_noCurrentContext_saysSo() throws IOException {
    Path file = file(TWO_CONTEXTS.replace("\"current-context\": \"first\",", ""));
    assertThatThrownBy(() -> connect(file, null))
        .isInstanceOf(BackendException.class)
        .hasMessageContaining("no current context")
        .hasMessageContaining("first, second");
  }

  @Test
  void connect_fileThatIsNotThere_saysSo() {
    Path file = folder.resolve("none");
    assertThatThrownBy(() -> connect(file, null))
        .isInstanceOf(BackendException.class)
        .hasMessageContaining(file.toString());
  }

  @Test
  void connect_fileThatIsNoKubeconfig_saysSo() throws IOException {
    Path file = file("{{{ not yaml");
    assertThatThrownBy(() -> connect(file, null))
        .isInstanceOf(BackendException.class)
        .hasMessageContaining("cannot be understood");
  }

  @Test
  void connect_brokenFile_saysWhereAndQuotesNoToken() throws IOException {
    for (String text :
        List.of(
            "users:\n- name: u\n  user: {token: 'TOP-SECRET}\n",
            "users:\n- name: u\n  user: token TOP-SECRET\n",
            "TOP-SECRET")) {
      Path file = file(text);
      assertThatThrownBy(() -> connect(file, null))
          .isInstanceOf(BackendException.class)
          .hasMessageContaining("cannot be understood")
          .satisfies(e -> assertThat(e).hasStackTraceContaining(file.toString()))
          .satisfies(e -> assertThat(Throwables.getStackTrace(e)).doesNotContain("TOP-SECRET"));
    }
    Path file = file("kind: Config\nusers:\n- name: u\n  user: {token: 'x}\n");
    assertThatThrownBy(() -> connect(file, null)).hasMessageContaining("line 5");
  }

  @Test
  void connect_keyThatIsNone_saysSo() throws IOException {
    Path file =
        file(
            TWO_CONTEXTS.replace(
                "\"token\": \"t\"",
                "\"client-certificate-data\": \"QUJD\", \"client-key-data\": \"QUJD\""));
    assertThatThrownBy(() -> connect(file, null))
        .isInstanceOf(BackendException.class)
        .hasMessageContaining("certificate or key");
  }

  @Test
  void connect_noKubeconfigAndNoPod_saysWhatToDo() {
    System.setProperty(Config.KUBERNETES_KUBECONFIG_FILE, folder.resolve("none").toString());
    assertThatThrownBy(() -> ClusterAccess.connect(Optional.empty(), Optional.empty(), Map.of()))
        .isInstanceOf(BackendException.class)
        .hasMessageContaining("there is no kubeconfig")
        .hasMessageContaining("Set KUBECONFIG, or use the local backend");
  }

  @Test
  void connect_kubeconfigOfTheEnvironment_isTaken() throws IOException {
    System.setProperty(Config.KUBERNETES_KUBECONFIG_FILE, file(TWO_CONTEXTS).toString());
    try (KubernetesClient client =
        ClusterAccess.connect(Optional.empty(), Optional.of("second"), Map.of())) {
      assertThat(client.getMasterUrl()).hasToString("https://127.0.0.1:2/");
    }
    assertThatThrownBy(
            () -> ClusterAccess.connect(Optional.empty(), Optional.of("third"), Map.of()))
        .hasMessageContaining("first, second");
  }
}
