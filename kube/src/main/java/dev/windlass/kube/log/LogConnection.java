package dev.windlass.kube.log;

import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One request for a log and its answer, which is taken as fast as the reader reads. Nothing here
 * blocks for longer than it is told to. For use by one thread.
 */
final class LogConnection implements AutoCloseable {
  /** Of an error's text, more than this says nothing. */
  private static final int MAX_ERROR_BYTES = 4096;

  /** What comes over the connection. */
  sealed interface Event {}

  /**
   * More of the log.
   *
   * @param bytes the next bytes
   */
  record Data(List<ByteBuffer> bytes) implements Event {}

  /** The answer is complete. */
  record End() implements Event {}

  /**
   * The server refused the request.
   *
   * @param status the HTTP status
   * @param body the answer's text
   */
  record Refused(int status, String body) implements Event {}

  /**
   * The connection was lost or never made.
   *
   * @param cause why
   */
  record Broken(Throwable cause) implements Event {
    /** Whether no answer began in the time for it, as when a program writes nothing. */
    boolean silent() {
      return cause instanceof HttpTimeoutException
          && !(cause instanceof java.net.http.HttpConnectTimeoutException);
    }
  }

  private record Answer(int status) implements Event {}

  private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
  private final CompletableFuture<HttpResponse<AsyncBody>> response;
  private final ByteArrayOutputStream error = new ByteArrayOutputStream();
  private int status;
  private boolean taken;
  private volatile @Nullable AsyncBody body;

  private LogConnection(HttpClient http, HttpRequest request) {
    response =
        http.consumeBytes(
            request,
            (bytes, from) -> {
              body = from;
              events.add(new Data(bytes));
            });
    var unused = response.whenComplete(this::answered);
  }

  /**
   * Sends the request.
   *
   * @param headers how long the answer may take to begin
   */
  static LogConnection open(HttpClient http, URI uri, Duration headers) {
    HttpRequest request =
        http.newHttpRequestBuilder()
            .uri(uri)
            .timeout(headers.toMillis(), TimeUnit.MILLISECONDS)
            .build();
    return new LogConnection(http, request);
  }

  /** The next thing that comes, or empty if nothing does in that time. */
  Optional<Event> next(Duration timeout) throws InterruptedException {
    if (taken) {
      taken = false;
      askForMore();
    }
    long deadline = System.nanoTime() + timeout.toNanos();
    while (true) {
      Event event = events.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
      if (event == null) {
        return Optional.empty();
      }
      if (event instanceof Answer answer) {
        status = answer.status();
        askForMore();
      } else if (event instanceof Data data) {
        if (HttpResponse.isSuccessful(status)) {
          taken = true;
          return Optional.of(event);
        }
        data.bytes().forEach(this::addToError);
        askForMore();
      } else if (status == 0 || HttpResponse.isSuccessful(status)) {
        return Optional.of(event);
      } else {
        return Optional.of(new Refused(status, error.toString(StandardCharsets.UTF_8)));
      }
    }
  }

  @Override
  public void close() {
    response.cancel(true);
    AsyncBody open = body;
    if (open != null) {
      open.cancel();
    }
  }

  private void answered(@Nullable HttpResponse<AsyncBody> answer, @Nullable Throwable failure) {
    if (answer == null) {
      events.add(broken(failure));
      return;
    }
    AsyncBody opened = answer.body();
    body = opened;
    events.add(new Answer(answer.code()));
    var unused =
        opened.done().whenComplete((nothing, t) -> events.add(t == null ? new End() : broken(t)));
  }

  private static Event broken(@Nullable Throwable failure) {
    Throwable cause = failure;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return new Broken(cause == null ? new java.io.IOException("no answer") : cause);
  }

  private void askForMore() {
    AsyncBody open = body;
    if (open != null) {
      open.consume();
    }
  }

  private void addToError(ByteBuffer bytes) {
    int count = Math.min(bytes.remaining(), MAX_ERROR_BYTES - error.size());
    for (int i = 0; i < count; i++) {
      error.write(bytes.get());
    }
  }
}
