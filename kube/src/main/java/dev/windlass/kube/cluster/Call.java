package dev.windlass.kube.cluster;

import dev.windlass.core.backend.BackendException;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.net.http.HttpTimeoutException;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;

/**
 * One call of the API server, as people would name it, so that its failure can be explained.
 *
 * @param doing what it is for, as it reads after "while"
 * @param verb the Kubernetes verb, as a Role names it
 * @param resource the resource, as a Role names it
 * @param namespace the namespace; empty for what has none
 * @param server the API server's address
 */
public record Call(String doing, String verb, String resource, String namespace, String server) {

  /**
   * Makes the call.
   *
   * @throws BackendException that explains what the API server or the network had against it
   */
  public <T> T run(Supplier<T> request) {
    try {
      return request.get();
    } catch (KubernetesClientException e) {
      throw explain(e);
    }
  }

  /** The same failure for people. */
  public BackendException explain(KubernetesClientException e) {
    String message = message(e);
    if (!isAnswer(e)) {
      return unreachable(e);
    }
    return switch (e.getCode()) {
      case 401 ->
          failed(
              "the API server at " + server + " does not accept the login (HTTP 401)",
              "The token or certificate of the kubeconfig has expired or is wrong: log in again",
              e);
      case 403 -> forbidden(message, e);
      case 404 ->
          failed(
              message,
              message.contains("namespaces \"")
                  ? "Create namespace '" + namespace + "', or name another one"
                  : "Check that the cluster has " + resource,
              e);
      case 422 ->
          isPolicy(message)
              ? refusedByRules(message, e)
              : failed(
                  "the API server finds it invalid: " + message,
                  "Change what the message names",
                  e);
      default ->
          failed(
              "the API server at " + server + " answers HTTP " + e.getCode() + ": " + message,
              isTransient(e)
                  ? "It is overloaded or restarting: try again"
                  : "Change what the message names",
              e);
    };
  }

  /**
   * Whether the same request may succeed a little later: no answer came, or one that says so. What
   * was asked may have been done nevertheless.
   */
  public static boolean isTransient(KubernetesClientException e) {
    return !isAnswer(e) || e.getCode() == 429 || e.getCode() >= 500;
  }

  /** Whether the login or a role is missing, as far as the API server knows. */
  public static boolean isDenied(KubernetesClientException e) {
    return e.getCode() == 401 || (e.getCode() == 403 && message(e).contains(" cannot "));
  }

  private static boolean isAnswer(KubernetesClientException e) {
    return e.getCode() > 0;
  }

  private BackendException forbidden(String message, KubernetesClientException e) {
    String lower = message.toLowerCase(Locale.ROOT);
    if (lower.contains("exceeded quota") || lower.contains("failed quota")) {
      return failed(
          "the quota of namespace '" + namespace + "' is used up: " + message,
          "Delete finished jobs, ask for less, or have the quota raised",
          e);
    }
    if (lower.contains("admission webhook") || lower.contains("podsecurity") || isPolicy(message)) {
      return refusedByRules(message, e);
    }
    if (lower.contains("because it is being terminated")) {
      return failed(message, "Name another namespace, or wait and create it again", e);
    }
    String where = namespace.isEmpty() ? "" : " in namespace '" + namespace + "'";
    return failed(
        "this user may not " + verb + " " + resource + where + " (" + message + ")",
        "Ask for a "
            + (namespace.isEmpty() ? "ClusterRole" : "Role")
            + " with the verb "
            + verb
            + " on "
            + resource
            + where
            + "; docs/permissions.md has the whole Role",
        e);
  }

  private static boolean isPolicy(String message) {
    return message.contains("ValidatingAdmissionPolicy");
  }

  private BackendException refusedByRules(String message, KubernetesClientException e) {
    return failed(
        "the cluster's rules refuse it: " + message,
        "Change what the message names, or ask the cluster's admin",
        e);
  }

  private BackendException unreachable(KubernetesClientException e) {
    if (has(e, InterruptedException.class)) {
      return failed("this thread was interrupted", "Repeat the call: it does nothing twice", e);
    }
    String problem;
    if (has(e, UnknownHostException.class)) {
      problem = "the host name in " + server + " is not known";
    } else if (has(e, HttpTimeoutException.class) || has(e, TimeoutException.class)) {
      problem = "the API server at " + server + " does not answer in time";
    } else if (has(e, ConnectException.class)) {
      problem = "the API server at " + server + " refuses the connection or is not there";
    } else if (has(e, SSLException.class)) {
      problem = "the certificate of " + server + " is not trusted or the TLS settings differ";
    } else {
      problem = "the connection to " + server + " failed";
    }
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return failed(
        problem + " (" + Optional.ofNullable(root.getMessage()).orElse(root.toString()) + ")",
        "Check that the cluster runs and that the kubeconfig names the right one",
        e);
  }

  private static boolean has(Throwable e, Class<? extends Throwable> type) {
    for (Throwable t = e; t != null; t = t.getCause()) {
      if (type.isInstance(t)) {
        return true;
      }
    }
    return false;
  }

  private static String message(KubernetesClientException e) {
    String text = e.getStatus() == null ? null : e.getStatus().getMessage();
    if (text == null || text.isBlank()) {
      text = String.valueOf(e.getMessage());
    }
    return text.strip().replaceAll("\\s*\\n\\s*", " ");
  }

  private BackendException failed(String problem, String remedy, Throwable cause) {
    return new BackendException(doing, problem.replaceAll("\\.+$", ""), remedy, cause);
  }
}
