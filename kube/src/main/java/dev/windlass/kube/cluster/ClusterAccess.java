package dev.windlass.kube.cluster;

import dev.windlass.core.backend.BackendException;
import io.fabric8.kubernetes.api.model.NamedContext;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Finds out which cluster is meant and how to log in there: a kubeconfig that is named, else {@code
 * KUBECONFIG} or {@code ~/.kube/config}, else the service account of the pod that this runs in.
 */
public final class ClusterAccess {
  private static final String DOING = "finding the Kubernetes cluster to use";

  /** Where Kubernetes puts a pod's service account. */
  private static final Path SERVICE_ACCOUNT =
      Path.of("/var/run/secrets/kubernetes.io/serviceaccount/token");

  /** An address that does not answer is not worth more. */
  private static final int CONNECT_MILLIS = 5_000;

  /** With an answer lost or an overloaded server, a call is repeated: 5 times within 3 seconds. */
  private static final int RETRIES = 5;

  /** Where the parsers of YAML and JSON say that something is wrong: a line, or the last key. */
  private static final Pattern PLACE = Pattern.compile("line \\d+|\\[\"[\\w-]+\"]");

  private ClusterAccess() {}

  /**
   * A client for the cluster. Nothing is asked of the cluster yet.
   *
   * @throws BackendException if no cluster is configured, or the context is not there
   */
  public static KubernetesClient connect(Optional<Path> kubeconfig, Optional<String> context) {
    return connect(kubeconfig, context, System.getenv());
  }

  static KubernetesClient connect(
      Optional<Path> kubeconfig, Optional<String> context, Map<String, String> env) {
    Config config = config(kubeconfig, context, env);
    config.setConnectionTimeout(CONNECT_MILLIS);
    config.setRequestRetryBackoffLimit(RETRIES);
    config.setUserAgent("windlass");
    // With HTTP/2 the API server ends the connection along with a refused login, and to move
    // clients between its replicas; the JDK's client then loses the answer.
    config.setHttp2Disable(true);
    try {
      return new KubernetesClientBuilder().withConfig(config).build();
    } catch (RuntimeException e) {
      Throwable cause = Optional.ofNullable(e.getCause()).orElse(e);
      throw new BackendException(
          DOING,
          "the certificate or key of the login cannot be read (" + cause.getMessage() + ")",
          "Check the user and the cluster of the kubeconfig",
          e);
    }
  }

  private static Config config(
      Optional<Path> kubeconfig, Optional<String> context, Map<String, String> env) {
    if (kubeconfig.isPresent()) {
      Path file = kubeconfig.get();
      if (!Files.isReadable(file) || Files.isDirectory(file)) {
        throw new BackendException(
            DOING, "kubeconfig " + file + " is not there or cannot be read", "Check the path");
      }
      try {
        Config config = Config.fromKubeconfig(context.orElse(null), file.toFile());
        return checkContext(config, context, file.toString());
      } catch (RuntimeException e) {
        throw malformed(file.toString(), e);
      }
    }
    Collection<String> files = Config.getKubeconfigFilenames();
    List<String> present = files.stream().filter(f -> Files.isReadable(Path.of(f))).toList();
    if (present.isEmpty()) {
      if (env.containsKey("KUBERNETES_SERVICE_HOST") && Files.isReadable(SERVICE_ACCOUNT)) {
        return Config.autoConfigure(null);
      }
      throw new BackendException(
          DOING,
          "there is no kubeconfig (looked for "
              + String.join(", ", files)
              + ") and this is not a pod of a cluster",
          "Set KUBECONFIG, or use the local backend");
    }
    String names = String.join(", ", present);
    try {
      return checkContext(Config.autoConfigure(context.orElse(null)), context, names);
    } catch (RuntimeException e) {
      throw malformed(names, e);
    }
  }

  /**
   * Says where a file is wrong. What the parser says is left out: it quotes the lines around, and
   * these may hold a token.
   */
  private static RuntimeException malformed(String file, RuntimeException e) {
    if (e instanceof BackendException) {
      return e;
    }
    String place =
        PLACE
            .matcher(String.valueOf(e.getMessage()))
            .results()
            .reduce((first, last) -> last)
            .map(found -> " (at " + found.group() + ")")
            .orElse("");
    return new BackendException(
        DOING,
        "kubeconfig " + file + " cannot be understood" + place,
        "Mend it; 'kubectl config view' shows where it is wrong");
  }

  /** The client itself takes a context that is not there for none at all, and asks localhost. */
  private static Config checkContext(Config config, Optional<String> wanted, String file) {
    List<NamedContext> contexts =
        Optional.ofNullable(config.getContexts()).orElse(List.<NamedContext>of());
    Optional<String> name =
        wanted.or(() -> Optional.ofNullable(config.getCurrentContext()).map(NamedContext::getName));
    if (name.isEmpty() || contexts.stream().noneMatch(c -> c.getName().equals(name.get()))) {
      String known = contexts.stream().map(NamedContext::getName).collect(Collectors.joining(", "));
      throw new BackendException(
          DOING,
          (name.isEmpty()
                  ? "no current context is set"
                  : "there is no context '" + name.get() + "'")
              + " in "
              + file,
          known.isEmpty()
              ? "That file names no cluster: write one with your cluster's tools"
              : "Choose one of: " + known);
    }
    return config;
  }
}
