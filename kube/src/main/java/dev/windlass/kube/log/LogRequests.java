package dev.windlass.kube.log;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.RequestConfig;
import io.fabric8.kubernetes.client.RequestConfigBuilder;
import io.fabric8.kubernetes.client.http.HttpClient;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** Sends the requests for the logs of one namespace's pods. */
final class LogRequests {
  private static final String CONTAINER = "main";

  private final HttpClient http;
  private final String base;

  LogRequests(KubernetesClient client, String namespace) {
    // The followers know better than the client when to ask again.
    RequestConfig once =
        new RequestConfigBuilder(client.getConfiguration().getRequestConfig())
            .withRequestRetryBackoffLimit(0)
            .build();
    http = client.getHttpClient().newBuilder().tag(once).build();
    String master = client.getMasterUrl().toString();
    base = master + (master.endsWith("/") ? "" : "/") + "api/v1/namespaces/" + namespace + "/pods/";
  }

  /** Asks for the log of a pod's main container from that whole second on. */
  LogConnection open(String pod, boolean follow, Optional<Instant> from, Duration headers) {
    String uri =
        base
            + pod
            + "/log?container="
            + CONTAINER
            + "&timestamps=true"
            + (follow ? "&follow=true" : "")
            + from.map(t -> "&sinceTime=" + t.truncatedTo(ChronoUnit.SECONDS)).orElse("");
    return LogConnection.open(http, URI.create(uri), headers);
  }
}
