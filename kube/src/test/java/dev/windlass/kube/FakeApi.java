package dev.windlass.kube;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.StatusBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * An API server that answers as a test wants it, also as no real one would on demand. It has the
 * lists of namespace {@code team}; its watches say nothing but what the test tells them to.
 */
public final class FakeApi implements Closeable {
  public static final String JOBS = "/apis/batch/v1/namespaces/team/jobs";
  public static final String PODS = "/api/v1/namespaces/team/pods";
  public static final String EVENTS = "/api/v1/namespaces/team/events";
  public static final String CONFIG_MAPS = "/api/v1/namespaces/team/configmaps";

  /** What the server does with a request. */
  @FunctionalInterface
  public interface Answer {
    void to(HttpExchange exchange) throws IOException;
  }

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Map<String, Deque<Answer>> answers = new ConcurrentHashMap<>();
  private final Map<String, List<OutputStream>> watches = new ConcurrentHashMap<>();
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final List<String> bodies = new CopyOnWriteArrayList<>();

  public FakeApi() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
    jobs();
    pods();
    on("GET " + EVENTS, list(Event.class));
  }

  /** A client that repeats nothing by itself. */
  public KubernetesClient client() {
    return client(0);
  }

  public KubernetesClient client(int retries) {
    Config config =
        new ConfigBuilder(Config.empty())
            .withMasterUrl("http://127.0.0.1:" + server.getAddress().getPort())
            .withNamespace("team")
            .withRequestRetryBackoffLimit(retries)
            .withRequestRetryBackoffInterval(20)
            .withWatchReconnectInterval(20)
            .withOnlyHttpWatches(true)
            .build();
    return new KubernetesClientBuilder().withConfig(config).build();
  }

  /** Answers to a request, one after the other; the last one again and again. */
  public void on(String request, Answer... inOrder) {
    answers.put(request, new ArrayDeque<>(List.of(inOrder)));
  }

  /** The Jobs that there are. */
  public void jobs(Job... jobs) {
    on("GET " + JOBS, list(Job.class, jobs));
  }

  /** The pods that there are. */
  public void pods(Pod... pods) {
    on("GET " + PODS, list(Pod.class, pods));
  }

  public static Answer list(Class<? extends HasMetadata> type, HasMetadata... items) {
    return json(
        200,
        Map.of(
            "kind", type.getSimpleName() + "List",
            "apiVersion", HasMetadata.getApiVersion(type),
            "metadata", Map.of("resourceVersion", "1000"),
            "items", List.of(items)));
  }

  public static Answer json(int status, Object body) {
    byte[] bytes = Serialization.asJson(body).getBytes(StandardCharsets.UTF_8);
    return exchange -> {
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.sendResponseHeaders(status, bytes.length);
      exchange.getResponseBody().write(bytes);
      exchange.close();
    };
  }

  public static Answer refusal(int status, String message) {
    return json(
        status,
        new StatusBuilder().withStatus("Failure").withCode(status).withMessage(message).build());
  }

  /** Cuts the connection instead of an answer. */
  public static Answer cut() {
    return HttpExchange::close;
  }

  /** Never answers. */
  public Answer silence() {
    return exchange -> waitForClose();
  }

  /** Tells all watches of a collection that something happened. */
  public void tell(String collection, String type, Object object) throws IOException {
    String line = Serialization.asJson(Map.of("type", type, "object", object)) + "\n";
    for (OutputStream watch : watches.getOrDefault(collection, List.of())) {
      watch.write(line.getBytes(StandardCharsets.UTF_8));
      watch.flush();
    }
  }

  /** How many watches of a collection were opened so far. */
  public int watches(String collection) {
    return watches.getOrDefault(collection, List.of()).size();
  }

  /** How often that was asked. */
  public long count(String request) {
    return requests.stream().filter(request::equals).count();
  }

  /** The bodies of all requests that had one. */
  public List<String> bodies() {
    return List.copyOf(bodies);
  }

  private void handle(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    String query = String.valueOf(exchange.getRequestURI().getQuery());
    byte[] body = exchange.getRequestBody().readAllBytes();
    if (body.length > 0) {
      bodies.add(new String(body, StandardCharsets.UTF_8));
    }
    if (query.contains("watch=true")) {
      watch(exchange, path);
      return;
    }
    String request = exchange.getRequestMethod() + " " + path;
    requests.add(request);
    Deque<Answer> prepared = answers.getOrDefault(request, new ArrayDeque<>());
    Answer answer;
    synchronized (prepared) {
      answer = prepared.size() > 1 ? prepared.poll() : prepared.peek();
    }
    (answer == null ? refusal(404, request + " is not there") : answer).to(exchange);
  }

  private void watch(HttpExchange exchange, String path) throws IOException {
    exchange.sendResponseHeaders(200, 0);
    exchange.getResponseBody().flush();
    watches
        .computeIfAbsent(path, p -> new CopyOnWriteArrayList<>())
        .add(exchange.getResponseBody());
    waitForClose();
    exchange.close();
  }

  private void waitForClose() {
    try {
      closed.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    closed.countDown();
    server.stop(0);
    threads.shutdownNow();
  }
}
