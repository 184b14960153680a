package dev.windlass.kube.log;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** An API server that serves nothing but logs, and those as badly as a test wants. */
final class LogServer implements AutoCloseable {
  /** How one request is answered. */
  @FunctionalInterface
  interface Answer {
    void to(HttpExchange exchange) throws IOException, InterruptedException;
  }

  final List<String> queries = new CopyOnWriteArrayList<>();
  private final Queue<Answer> answers = new ConcurrentLinkedQueue<>();
  private final ExecutorService executor = Executors.newCachedThreadPool();
  private final HttpServer server;
  private volatile Answer otherwise = status(500, "nothing prepared");

  LogServer() {
    this(0);
  }

  LogServer(int port) {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(executor);
    server.createContext("/", this::answer);
    server.start();
  }

  int port() {
    return server.getAddress().getPort();
  }

  KubernetesClient client() {
    return client(port());
  }

  static KubernetesClient client(int port) {
    return new KubernetesClientBuilder()
        .withConfig(
            new ConfigBuilder(io.fabric8.kubernetes.client.Config.empty())
                .withMasterUrl("http://127.0.0.1:" + port)
                .build())
        .build();
  }

  /** The next requests are answered so, one each. */
  LogServer then(Answer... next) {
    answers.addAll(List.of(next));
    return this;
  }

  /** All further requests are answered so. */
  LogServer always(Answer answer) {
    otherwise = answer;
    return this;
  }

  private void answer(HttpExchange exchange) throws IOException {
    queries.add(exchange.getRequestURI().getQuery());
    Answer next = answers.poll();
    try (exchange) {
      (next == null ? otherwise : next).to(exchange);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  static Answer text(String text) {
    return exchange -> {
      exchange.sendResponseHeaders(200, 0);
      exchange.getResponseBody().write(text.getBytes(StandardCharsets.UTF_8));
    };
  }

  /** Sends the text and then loses the connection. */
  static Answer cutAfter(String text) {
    return exchange -> {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(200, bytes.length + 100);
      exchange.getResponseBody().write(bytes);
      exchange.getResponseBody().flush();
      throw new IOException("cut");
    };
  }

  /** Sends the text and then nothing more, for a minute. */
  static Answer silentAfter(String text) {
    return exchange -> {
      exchange.sendResponseHeaders(200, 0);
      exchange.getResponseBody().write(text.getBytes(StandardCharsets.UTF_8));
      exchange.getResponseBody().flush();
      Thread.sleep(60_000);
    };
  }

  static Answer status(int status, String message) {
    return exchange -> {
      byte[] body =
          ("{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"message\":\"" + message + "\"}")
              .getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(status, body.length);
      exchange.getResponseBody().write(body);
    };
  }

  static Pod pod(String name, int attempt, JobPod.State state) {
    PodBuilder pod =
        new PodBuilder()
            .withNewMetadata()
            .withName(name)
            .withUid("uid-" + name)
            .withCreationTimestamp("2026-03-01T10:00:00Z")
            .withAnnotations(
                Map.of("batch.kubernetes.io/job-index-failure-count", "" + (attempt - 1)))
            .endMetadata();
    return switch (state) {
      case WAITING -> pod.withNewStatus().withPhase("Pending").endStatus().build();
      case NEVER_RAN -> pod.withNewStatus().withPhase("Failed").endStatus().build();
      case RUNNING ->
          pod.withNewStatus()
              .withPhase("Running")
              .addNewContainerStatus()
              .withName("main")
              .withNewState()
              .withNewRunning()
              .endRunning()
              .endState()
              .endContainerStatus()
              .endStatus()
              .build();
      case ENDED ->
          pod.withNewStatus()
              .withPhase("Succeeded")
              .addNewContainerStatus()
              .withName("main")
              .withNewState()
              .withNewTerminated()
              .withExitCode(0)
              .endTerminated()
              .endState()
              .endContainerStatus()
              .endStatus()
              .build();
    };
  }

  @Override
  public void close() {
    server.stop(0);
    executor.shutdownNow();
  }
}
