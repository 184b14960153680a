package dev.windlass.kube;

import dev.windlass.core.job.GpuJob;
import dev.windlass.core.job.ImagePullPolicy;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenRequest;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;

/**
 * A namespace of its own in the cluster of {@code WINDLASS_TEST_KUBECONFIG}. It enforces the
 * restricted Pod Security Standard, and the backend under test has only the rights of {@code
 * docs/submitter-role.yaml} there: so every test on it also proves those two.
 */
public final class TestCluster implements AutoCloseable {
  /** The variable that names the kubeconfig, for {@code EnabledIfEnvironmentVariable}. */
  public static final String KUBECONFIG = "WINDLASS_TEST_KUBECONFIG";

  private static final String SUBMITTER = "submitter";

  private final Config config;
  private final KubernetesClient admin;
  private final String namespace = "windlass-" + UUID.randomUUID().toString().substring(0, 8);

  public TestCluster() {
    config = Config.fromKubeconfig(new File(System.getenv(KUBECONFIG)));
    admin = new KubernetesClientBuilder().withConfig(config).build();
    admin
        .resource(
            new NamespaceBuilder()
                .withNewMetadata()
                .withName(namespace)
                .addToLabels("pod-security.kubernetes.io/enforce", "restricted")
                .endMetadata()
                .build())
        .create();
    admin
        .resource(
            new ServiceAccountBuilder().withNewMetadata().withName(SUBMITTER).endMetadata().build())
        .inNamespace(namespace)
        .create();
    Role role = Serialization.unmarshal(read(Path.of("../docs/submitter-role.yaml")), Role.class);
    admin.resource(role).inNamespace(namespace).create();
    admin
        .resource(
            new RoleBindingBuilder()
                .withNewMetadata()
                .withName(SUBMITTER)
                .endMetadata()
                .withNewRoleRef("rbac.authorization.k8s.io", "Role", role.getMetadata().getName())
                .addNewSubject("", "ServiceAccount", SUBMITTER, namespace)
                .build())
        .inNamespace(namespace)
        .create();
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A client with all rights. */
  public KubernetesClient admin() {
    return admin;
  }

  public String namespace() {
    return namespace;
  }

  /** A backend with the submitter's rights. */
  public KubernetesBackend backend() {
    return backend(token(SUBMITTER), namespace);
  }

  /** A backend that logs in with that token, through a kubeconfig as a user would have it. */
  public KubernetesBackend backend(String token, String namespace) {
    String server = config.getMasterUrl();
    String ca = config.getCaCertData();
    String text =
        """
        {"apiVersion": "v1", "kind": "Config", "current-context": "test",
         "clusters": [{"name": "c", "cluster": {"server": "%s", "certificate-authority%s": "%s"}}],
         "users": [{"name": "u", "user": {"token": "%s"}}],
         "contexts": [{"name": "test", "context": {"cluster": "c", "user": "u"}}]}
        """
            .formatted(
                server, ca == null ? "" : "-data", ca == null ? config.getCaCertFile() : ca, token);
    try {
      Path file = Files.createTempFile("windlass-test", ".kubeconfig");
      file.toFile().deleteOnExit();
      Files.writeString(file, text);
      return KubernetesBackend.builder().kubeconfig(file).namespace(namespace).connect();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A token of a service account of the namespace. */
  public String token(String serviceAccount) {
    TokenRequest request =
        admin
            .serviceAccounts()
            .inNamespace(namespace)
            .withName(serviceAccount)
            .tokenRequest(
                new TokenRequestBuilder()
                    .withNewSpec()
                    .withExpirationSeconds(3600L)
                    .endSpec()
                    .build());
    return request.getStatus().getToken();
  }

  /** A job that runs a shell script. */
  public static GpuJob.Builder job(String name, String script) {
    String image =
        Optional.ofNullable(System.getenv("WINDLASS_TEST_IMAGE")).orElse("testbed.local/busybox:1");
    return GpuJob.builder(name)
        .image(image)
        .imagePullPolicy(ImagePullPolicy.IF_NOT_PRESENT)
        .runAsUser(65532)
        .terminationGrace(java.time.Duration.ofSeconds(2))
        .command("sh", "-c", script);
  }

  @Override
  public void close() {
    admin.namespaces().withName(namespace).delete();
    admin.close();
  }
}
