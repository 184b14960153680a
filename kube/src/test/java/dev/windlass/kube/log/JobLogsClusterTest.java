package dev.windlass.kube.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.windlass.core.backend.LogLine;
import dev.windlass.core.backend.LogOptions;
import dev.windlass.core.backend.LogStream;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.File;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

@Tag("cluster")
@EnabledIfEnvironmentVariable(
    named = "WINDLASS_TEST_KUBECONFIG",
    matches = ".+",
    disabledReason = "needs a cluster: set WINDLASS_TEST_KUBECONFIG to a kubeconfig")
class JobLogsClusterTest {
  private static final int LINES = 20_000;

  /**
   * The program stays for a moment after its last line. A node may drop what is still in the pipe
   * of a program that ends at once: then the server's own log is short, and no reader of it can
   * have the rest.
   */
  @Test
  @Timeout(120)
  void follow_podThatWritesFast_everyLineOnce() {
    String namespace = "windlass-log-" + UUID.randomUUID().toString().substring(0, 8);
    String kubeconfig = Optional.ofNullable(System.getenv("WINDLASS_TEST_KUBECONFIG")).orElse("");
    try (KubernetesClient client =
            new KubernetesClientBuilder()
                .withConfig(Config.fromKubeconfig(new File(kubeconfig)))
                .build();
        JobLogs logs = new JobLogs(client)) {
      client
          .resource(
              new NamespaceBuilder().withNewMetadata().withName(namespace).endMetadata().build())
          .create();
      try {
        client.resource(writer(namespace)).create();
        List<String> got = new ArrayList<>();
        try (LogStream stream =
            logs.open(namespace, "writer", pods(client, namespace), LogOptions.following())) {
          stream.forEach(line -> got.add(line.stream() + " " + line.text()));
        }
        assertThat(got)
            .isEqualTo(
                IntStream.rangeClosed(1, LINES)
                    .mapToObj(i -> LogLine.Stream.OUTPUT + " " + i)
                    .collect(Collectors.toList()));
      } finally {
        client.namespaces().withName(namespace).delete();
      }
    }
  }

  private static PodSource pods(KubernetesClient client, String namespace) {
    return new PodSource() {
      @Override
      public List<Pod> pods() {
        return client.pods().inNamespace(namespace).list().getItems();
      }

      @Override
      public boolean finished() {
        return pods().stream().allMatch(p -> JobPod.of(p).state() == JobPod.State.ENDED);
      }
    };
  }

  private static Pod writer(String namespace) {
    return new PodBuilder()
        .withNewMetadata()
        .withName("writer")
        .withNamespace(namespace)
        .endMetadata()
        .withNewSpec()
        .withRestartPolicy("Never")
        .withNodeSelector(Map.of("type", "real"))
        .addNewContainer()
        .withName("main")
        .withImage("testbed.local/busybox:1")
        .withImagePullPolicy("IfNotPresent")
        .withCommand("sh", "-c", "seq 1 " + LINES + "; sleep 2")
        .withNewSecurityContext()
        .withRunAsUser(65532L)
        .endSecurityContext()
        .endContainer()
        .endSpec()
        .build();
  }
}
