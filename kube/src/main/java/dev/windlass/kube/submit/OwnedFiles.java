package dev.windlass.kube.submit;

import dev.windlass.core.backend.BackendException;
import dev.windlass.core.backend.JobConflictException;
import dev.windlass.kube.cluster.Call;
import dev.windlass.kube.render.Names;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The config maps of one job's inline files. */
final class OwnedFiles {
  private final KubernetesClient client;
  private final String namespace;
  private final String name;
  private final Call create;

  OwnedFiles(KubernetesClient client, String namespace, String name) {
    this.client = client;
    this.namespace = namespace;
    this.name = name;
    this.create = call("create");
  }

  private Call call(String verb) {
    return new Call(
        "giving job '" + name + "' its inline files",
        verb,
        "configmaps",
        namespace,
        client.getMasterUrl().toString());
  }

  /**
   * Asks whether one may be made, without making it.
   *
   * @throws BackendException if the cluster refuses it
   */
  void tryOut(ConfigMap wanted) {
    try {
      client.resource(in(wanted, List.of())).dryRun().create();
    } catch (KubernetesClientException e) {
      boolean mayPass = e.getCode() == 409 || Call.isTransient(e);
      if (!mayPass) {
        throw create.explain(e);
      }
    }
  }

  private ConfigMap in(ConfigMap wanted, List<OwnerReference> owners) {
    return new ConfigMapBuilder(wanted)
        .editMetadata()
        .withNamespace(namespace)
        .withOwnerReferences(owners)
        .endMetadata()
        .build();
  }

  /** Makes one, unless this very Job has it. One of an earlier Job of that name has to go. */
  void make(ConfigMap wanted, String jobUid, Patience patience) {
    OwnerReference owner =
        new OwnerReferenceBuilder()
            .withApiVersion("batch/v1")
            .withKind("Job")
            .withName(name)
            .withUid(jobUid)
            .withController(true)
            .build();
    ConfigMap owned = in(wanted, List.of(owner));
    patience.run(create, () -> createOrFind(owned, jobUid));
  }

  private ConfigMap createOrFind(ConfigMap owned, String jobUid) {
    try {
      return client.resource(owned).create();
    } catch (KubernetesClientException e) {
      ConfigMap there = e.getCode() == 409 ? find(owned) : null;
      if (there != null && isOwned(there, jobUid)) {
        return there;
      }
      if (there != null) {
        drop(there);
      }
      throw e;
    }
  }

  private static boolean isOwned(ConfigMap there, String jobUid) {
    return there.getMetadata().getOwnerReferences().stream()
        .anyMatch(owner -> jobUid.equals(owner.getUid()));
  }

  private @Nullable ConfigMap find(ConfigMap wanted) {
    return call("get").run(() -> client.resource(wanted).get());
  }

  /** Deletes one of an earlier Job, unless another submitter has just put a new one there. */
  private void drop(ConfigMap old) {
    Map<String, String> labels =
        Optional.ofNullable(old.getMetadata().getLabels()).orElse(Map.of());
    if (!Names.MANAGED_BY.equals(labels.get(Names.MANAGED_BY_LABEL))
        || !name.equals(labels.get(Names.JOB_LABEL))) {
      throw new JobConflictException(
          name, "a config map '" + old.getMetadata().getName() + "' that Windlass did not make");
    }
    try {
      client.resource(old).lockResourceVersion(old.getMetadata().getResourceVersion()).delete();
    } catch (KubernetesClientException e) {
      if (e.getCode() != 404 && e.getCode() != 409) {
        throw call("delete").explain(e);
      }
    }
  }
}
