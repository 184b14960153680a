package dev.windlass.cli;

import dev.windlass.core.backend.Backend;
import dev.windlass.core.local.LocalBackend;
import dev.windlass.kube.KubernetesBackend;

/** Opens backends. */
@FunctionalInterface
interface Backends {

  /** Opens the backend that the options name. */
  Backend open(BackendOptions.Choice choice);

  /** The real ones. */
  static Backend real(BackendOptions.Choice choice) {
    return choice.kind() == BackendOptions.Kind.LOCAL
        ? Local.open(choice)
        : Kubernetes.open(choice);
  }

  /** Apart from the other, so that one command loads the classes of one backend only. */
  final class Local {
    private Local() {}

    static Backend open(BackendOptions.Choice choice) {
      LocalBackend.Builder builder = LocalBackend.builder();
      choice.simulatedGpus().ifPresent(builder::simulatedGpus);
      return builder.open();
    }
  }

  /** Apart from the other, as above. */
  final class Kubernetes {
    private Kubernetes() {}

    static Backend open(BackendOptions.Choice choice) {
      KubernetesBackend.Builder builder = KubernetesBackend.builder();
      choice.kubeconfig().ifPresent(builder::kubeconfig);
      choice.context().ifPresent(builder::context);
      choice.namespace().ifPresent(builder::namespace);
      return builder.connect();
    }
  }
}
