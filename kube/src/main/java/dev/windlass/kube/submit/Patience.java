package dev.windlass.kube.submit;

import dev.windlass.core.backend.BackendException;
import dev.windlass.kube.cluster.Call;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How long a request is repeated that may succeed a little later.
 *
 * @param limit from the first request on, about
 * @param pause between two requests
 */
record Patience(Duration limit, Duration pause) {
  private static final Logger log = LoggerFactory.getLogger(Patience.class);

  /** The server was there a moment ago, so it is worth waiting for: a restart takes seconds. */
  static final Patience DEFAULT = new Patience(Duration.ofSeconds(60), Duration.ofMillis(500));

  /** Until then, an API server that has just started may not know anyone's rights. */
  private static final Duration DENIED = Duration.ofSeconds(3);

  /**
   * Makes the request until it succeeds.
   *
   * @param request fails with 409 where what is in its way may go
   * @throws BackendException if it is refused, or time is up
   */
  <T> T run(Call call, Supplier<T> request) {
    long start = System.nanoTime();
    while (true) {
      try {
        return request.get();
      } catch (KubernetesClientException e) {
        long waited = System.nanoTime() - start;
        boolean mayPass =
            Call.isTransient(e)
                || e.getCode() == 409
                || (Call.isDenied(e) && waited < DENIED.toNanos());
        if (!mayPass || waited > limit.toNanos()) {
          throw call.explain(e);
        }
        log.info("Again {}: {}", call.doing(), e.getMessage());
      }
      pauseBefore(call.doing());
    }
  }

  /** Waits a little before the next look. */
  void pauseBefore(String doing) {
    try {
      Thread.sleep(pause.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BackendException(
          doing, "this thread was interrupted", "Repeat the call: it does nothing twice", e);
    }
  }
}
