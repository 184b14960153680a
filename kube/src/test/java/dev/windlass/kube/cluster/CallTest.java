package dev.windlass.kube.cluster;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.windlass.core.backend.BackendException;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What cannot be had from a real API server on demand; its refusals are tested on a real one. */
class CallTest {
  private static String failure(String server, Consumer<ConfigBuilder> settings) {
    ConfigBuilder builder =
        new ConfigBuilder(Config.empty())
            .withMasterUrl(server)
            .withRequestRetryBackoffLimit(0)
            .withConnectionTimeout(500)
            .withRequestTimeout(500);
    settings.accept(builder);
    try (KubernetesClient client =
        new KubernetesClientBuilder().withConfig(builder.build()).build()) {
      Call call = new Call("trying", "get", "pods", "team", server);
      Throwable thrown =
          catchThrowable(
              () -> call.run(() -> client.pods().inNamespace("team").withName("x").get()));
      assertThat(thrown).isInstanceOf(BackendException.class);
      return thrown.getMessage();
    }
  }

  @Test
  void run_nobodyListens_saysThatTheConnectionIsRefused() throws IOException {
    int port;
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = taken.getLocalPort();
    }
    assertThat(failure("http://127.0.0.1:" + port, b -> {}))
        .contains("While trying")
        .contains("refuses the connection")
        .contains("127.0.0.1:" + port)
        .contains("Check that the cluster runs");
  }

  @Test
  void run_serverThatNeverAnswers_saysThatItDoesNotAnswerInTime() throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      assertThat(failure("http://127.0.0.1:" + silent.getLocalPort(), b -> {}))
          .contains("does not answer in time");
    }
  }

  @Test
  void run_hostThatDoesNotExist_saysThatTheNameIsNotKnown() {
    assertThat(failure("http://cluster.invalid", b -> {})).contains("cluster.invalid");
  }

  @Test
  void run_plainServerAskedForTls_saysThatTlsFails() throws IOException {
    try (ServerSocket plain = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      Thread answer =
          new Thread(
              () -> {
                try (var socket = plain.accept()) {
                  socket.getOutputStream().write("HTTP/1.1 400 Bad\r\n\r\n".getBytes(US_ASCII));
                  socket.getInputStream().read();
                } catch (IOException e) {
                  // The client has seen enough.
                }
              });
      answer.start();
      assertThat(
              failure(
                  "https://127.0.0.1:" + plain.getLocalPort(),
                  b -> b.withConnectionTimeout(30_000).withRequestTimeout(30_000)))
          .contains("TLS");
    }
  }
}
