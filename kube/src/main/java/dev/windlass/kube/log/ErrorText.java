package dev.windlass.kube.log;

import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.client.utils.Serialization;

/** What an error answer says, in one line. */
final class ErrorText {
  private ErrorText() {}

  /** The message of a Kubernetes status, or the text itself if it is none. */
  static String of(String body) {
    try {
      Status status = Serialization.unmarshal(body, Status.class);
      if (status != null && status.getMessage() != null) {
        return status.getMessage().strip();
      }
    } catch (IllegalArgumentException | io.fabric8.kubernetes.client.KubernetesClientException e) {
      // Not every error comes from the API server: a proxy before it writes HTML.
    }
    return body.strip().replaceAll("\\s+", " ");
  }
}
