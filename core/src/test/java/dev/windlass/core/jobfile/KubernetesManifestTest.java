package dev.windlass.core.jobfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.windlass.core.job.ConfigMap;
import dev.windlass.core.job.Cpu;
import dev.windlass.core.job.EmptyDir;
import dev.windlass.core.job.EnvValue;
import dev.windlass.core.job.GpuJob;
import dev.windlass.core.job.GpuRequest;
import dev.windlass.core.job.HostPath;
import dev.windlass.core.job.ImagePullPolicy;
import dev.windlass.core.job.Memory;
import dev.windlass.core.job.Nfs;
import dev.windlass.core.job.PersistentVolumeClaim;
import dev.windlass.core.job.Secret;
import dev.windlass.core.job.Toleration;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KubernetesManifestTest {
  private static final String POD =
      "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  restartPolicy: Never\n";

  /** A pod with one container that has these fields too. */
  private static Imported pod(String container, String spec) {
    return GpuJob.fromManifest(
        POD + "  containers: [{name: c, image: i, " + container + "}]\n" + spec);
  }

  private static GpuJob.Builder p() {
    return GpuJob.builder("p").image("i");
  }

  @Test
  void job_everythingThatAJobHas_isCarriedOver() {
    Imported read =
        GpuJob.fromManifest(
            """
            apiVersion: batch/v1
            kind: Job
            metadata:
              name: train
              namespace: team
              labels: {app: a}
              annotations: {note: b}
            spec:
              backoffLimit: 3
              activeDeadlineSeconds: 3600
              ttlSecondsAfterFinished: 60
              completions: 1
              parallelism: 1
              template:
                metadata: {labels: {tier: t}}
                spec:
                  restartPolicy: Never
                  serviceAccountName: sa
                  priorityClassName: high
                  terminationGracePeriodSeconds: 90
                  imagePullSecrets: [{name: pull}]
                  nodeSelector: {zone: "1", nvidia.com/gpu.product: NVIDIA-A100}
                  tolerations:
                  - {key: a, operator: Exists, effect: NoSchedule}
                  - {key: b, value: c}
                  - {key: d}
                  - {operator: Exists}
                  securityContext: {runAsUser: 1000}
                  containers:
                  - name: main
                    image: i
                    imagePullPolicy: Always
                    command: [python]
                    args: [train.py, "3"]
                    workingDir: /app
                    env:
                    - {name: A, value: "1"}
                    - {name: NONE}
                    - {name: B, valueFrom: {secretKeyRef: {name: s, key: k}}}
                    - {name: C, valueFrom: {configMapKeyRef: {name: m, key: k}}}
                    resources:
                      requests: {cpu: 500m}
                      limits: {nvidia.com/gpu: 2, memory: 4Gi, ephemeral-storage: 10Gi}
                    volumeMounts:
                    - {name: nfs, mountPath: /nfs, readOnly: true}
                    - {name: claim, mountPath: /data/}
                    - {name: host, mountPath: /host}
                    - {name: map, mountPath: /map}
                    - {name: secret, mountPath: /secret}
                    - {name: scratch, mountPath: /scratch}
                    - {name: shm, mountPath: /dev/shm}
                  volumes:
                  - {name: nfs, nfs: {server: s, path: /e}}
                  - {name: claim, persistentVolumeClaim: {claimName: c}}
                  - {name: host, hostPath: {path: /h}}
                  - {name: map, configMap: {name: m}}
                  - {name: secret, secret: {secretName: s}}
                  - {name: scratch, emptyDir: {sizeLimit: 1Gi}}
                  - {name: shm, emptyDir: {medium: Memory, sizeLimit: 2Gi}}
            """);
    assertThat(read.notes()).isEmpty();
    assertThat(read.job())
        .isEqualTo(
            GpuJob.builder("train")
                .namespace("team")
                .label("app", "a")
                .label("tier", "t")
                .annotation("note", "b")
                .retries(3)
                .deadline(Duration.ofHours(1))
                .ttlAfterFinished(Duration.ofMinutes(1))
                .serviceAccount("sa")
                .priorityClass("high")
                .terminationGrace(Duration.ofSeconds(90))
                .imagePullSecret("pull")
                .nodeSelector("zone", "1")
                .toleration(Toleration.exists("a").effect(Toleration.Effect.NO_SCHEDULE))
                .toleration(Toleration.equal("b", "c"))
                .toleration(Toleration.equal("d", ""))
                .toleration(new Toleration(Optional.empty(), Optional.empty(), Optional.empty()))
                .runAsUser(1000)
                .image("i")
                .imagePullPolicy(ImagePullPolicy.ALWAYS)
                .command("python")
                .args("train.py", "3")
                .workingDir("/app")
                .env("A", "1")
                .env("NONE", "")
                .env("B", EnvValue.fromSecret("s", "k"))
                .env("C", EnvValue.fromConfigMap("m", "k"))
                .gpu(GpuRequest.of(2).product("NVIDIA-A100"))
                .cpu(Cpu.millis(500))
                .memory(Memory.gib(4))
                .ephemeralStorage(Memory.gib(10))
                .mountReadOnly(Nfs.of("s", "/e"), "/nfs")
                .mount(PersistentVolumeClaim.of("c"), "/data")
                .mount(HostPath.of("/h"), "/host")
                .mount(ConfigMap.of("m"), "/map")
                .mount(Secret.of("s"), "/secret")
                .mount(EmptyDir.disk().sizeLimit(Memory.gib(1)), "/scratch")
                .sharedMemory(Memory.gib(2))
                .build());
  }

  @Test
  void references_toVariables_areResolvedAsKubernetesDoes() {
    Imported read =
        pod(
            "env: [{name: A, value: 'a$$(B)'}, {name: B, value: '$(A)-b'},"
                + " {name: S, valueFrom: {secretKeyRef: {name: s, key: k}}}],"
                + " command: ['$(B)', '$$(A)', '$A', '$('], args: ['$(S)', '$(NONE)']",
            "");
    assertThat(read.job().env())
        .containsEntry("A", EnvValue.of("a$(B)"))
        .containsEntry("B", EnvValue.of("a$(B)-b"));
    assertThat(read.job().command()).containsExactly("a$(B)-b", "$(A)", "$A", "$(");
    assertThat(read.job().args()).containsExactly("$(S)", "$(NONE)");
    assertThat(read.notes())
        .hasSize(2)
        .anyMatch(n -> n.contains("args") && n.contains("$(S)"))
        .anyMatch(n -> n.contains("$(NONE)"));
  }

  @Test
  void job_noBackoffLimit_isRetriedAsKubernetesDoes() {
    Imported read =
        GpuJob.fromManifest(
            "{apiVersion: batch/v1, kind: Job, metadata: {name: j}, spec: {template: {spec:"
                + " {restartPolicy: Never, containers: [{name: c, image: i}]}}}}");
    assertThat(read.job().retries()).isEqualTo(6);
    assertThat(read.notes()).isEmpty();
    assertThat(pod("stdin: false", "").job().retries()).isZero();
  }

  /** One thing that a job cannot say, and what the note about it must name. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ports: [{containerPort: 1}] | | spec.containers[0].ports",
        "lifecycle: {preStop: {exec: {command: [a]}}} | | lifecycle",
        "envFrom: [{secretRef: {name: s}}] | | envFrom",
        "env: [{name: A, valueFrom: {fieldRef: {fieldPath: x}}}] | | valueFrom.fieldRef",
        "env: [{name: A, valueFrom: {secretKeyRef: {name: s, key: k, optional: true}}}] | | optional",
        "securityContext: {privileged: true} | | securityContext.privileged",
        "resources: {limits: {example.com/fpga: 1}} | | example.com/fpga",
        "resources: {requests: {cpu: 1}, limits: {cpu: 2}} | | requests.cpu (1)",
        "resources: {requests: {memory: 1Gi}} | | requests.memory (1Gi) is the limit as well",
        "resources: {claims: [{name: gpu}]} | | resources.claims",
        "volumeMounts: [{name: v, mountPath: /v, subPath: a}] | volumes: [{name: v, emptyDir: {}}]"
            + " | volumeMounts[0].subPath",
        "volumeMounts: [{name: v, mountPath: /v}] | volumes: [{name: v, cephfs: {monitors: [a]}}]"
            + " | volumes[0] (v)",
        "volumeMounts: [{name: v, mountPath: /v}] | volumes: [] | volume 'v'",
        "volumeMounts: [{name: v, mountPath: /v}] | volumes: [{name: v, nfs: {server: s, path: /e,"
            + " readOnly: true}}] | nfs.readOnly (true)",
        "volumeMounts: [{name: v, mountPath: /v}] | volumes: [{name: v, secret: {secretName: s,"
            + " defaultMode: 256}}] | secret.defaultMode",
        "volumeMounts: [{name: v, mountPath: /dev/shm}] | volumes: [{name: v, emptyDir: {medium:"
            + " Memory}}] | volumeMounts[0] is left out",
        "volumeMounts: [{name: v, mountPath: /dev/shm/}] | volumes: [{name: v, emptyDir: {}}]"
            + " | volumeMounts[0] is left out",
        "stdin: true | | stdin",
        "stdin: true | tolerations: [{key: a, operator: Exists, tolerationSeconds: 3}] | tolerationSec",
        "stdin: true | affinity: {nodeAffinity: {}} | spec.affinity",
        "stdin: true | runtimeClassName: nvidia | spec.runtimeClassName",
        "stdin: true | initContainers: [{name: i, image: i}] | spec.initContainers",
        "stdin: true | dnsPolicy: Default | spec.dnsPolicy",
      })
  void whatAJobCannotSay_isNotedWithItsPath(String container, String spec, String note) {
    Imported read = pod(container, spec == null ? "" : "  " + spec + "\n");
    assertThat(String.join("\n", read.notes())).contains(note);
  }

  @Test
  void sharedMemoryWithoutALimit_isLeftOut_notRefused() {
    Imported read =
        pod(
            "volumeMounts: [{name: v, mountPath: /dev/shm}]",
            "  volumes: [{name: v, emptyDir: {medium: Memory}}]\n");
    assertThat(read.job()).isEqualTo(p().build());
    assertThat(read.notes()).hasSize(1);
  }

  @Test
  void labelsOfOtherTools_areLeftOut_notRefused() {
    Imported read =
        GpuJob.fromManifest(
            """
            apiVersion: batch/v1
            kind: Job
            metadata:
              name: j
              labels: {app.kubernetes.io/managed-by: Helm, windlass.dev/job: j, app: a}
              annotations: {windlass.dev/spec-digest: x}
            spec:
              template:
                spec: {restartPolicy: Never, containers: [{name: c, image: i}]}
            """);
    assertThat(read.job().labels()).containsOnlyKeys("app");
    assertThat(read.notes())
        .hasSize(3)
        .anyMatch(n -> n.startsWith("metadata.labels.app.kubernetes.io/managed-by"));
  }

  @Test
  void exportedFromACluster_whatTheServerFilledIn_isSilent() {
    Imported read =
        GpuJob.fromManifest(
            """
            apiVersion: batch/v1
            kind: Job
            metadata:
              name: j
              uid: u
              resourceVersion: "1"
              generation: 1
              creationTimestamp: "2026-01-01T00:00:00Z"
              annotations:
                batch.kubernetes.io/job-tracking: ""
                kubectl.kubernetes.io/last-applied-configuration: "{}"
              labels: {batch.kubernetes.io/controller-uid: u, controller-uid: u, job-name: j}
              managedFields: [{manager: kubectl}]
            spec:
              backoffLimit: 0
              completions: 1
              parallelism: 1
              suspend: false
              selector: {matchLabels: {batch.kubernetes.io/controller-uid: u}}
              template:
                metadata:
                  creationTimestamp: null
                  labels: {batch.kubernetes.io/controller-uid: u, batch.kubernetes.io/job-name: j}
                spec:
                  containers:
                  - name: c
                    image: i
                    resources: {}
                    terminationMessagePath: /dev/termination-log
                    terminationMessagePolicy: File
                  dnsPolicy: ClusterFirst
                  restartPolicy: Never
                  schedulerName: default-scheduler
                  securityContext: {}
                  terminationGracePeriodSeconds: 30
            status: {failed: 1}
            """);
    assertThat(read.notes()).isEmpty();
    assertThat(read.job()).isEqualTo(GpuJob.builder("j").image("i").build());
  }

  @Test
  void root_isCarriedOver_theContainersUserWins() {
    assertThat(pod("securityContext: {runAsUser: 0}", "").job().runAsUser()).hasValue(0);
    assertThat(
            pod("securityContext: {runAsUser: 7}", "  securityContext: {runAsUser: 0}\n")
                .job()
                .runAsUser())
        .hasValue(7);
  }

  @Test
  void productWithoutGpu_staysANodeSelector() {
    String selector = "  nodeSelector: {nvidia.com/gpu.product: NVIDIA-A100}\n";
    GpuJob expected = p().nodeSelector("nvidia.com/gpu.product", "NVIDIA-A100").build();
    assertThat(pod("stdin: false", selector).job()).isEqualTo(expected);
    assertThat(pod("resources: {limits: {cpu: 1}}", selector).job())
        .isEqualTo(expected.toBuilder().cpu(Cpu.cores(1)).build());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "spec: text | spec must be a map",
        "metadata: [a] | metadata must be a map",
        "metadata: {name: p, labels: [a]} | metadata.labels must be a map",
        "metadata: {name: p, labels: {a: [b]}} | metadata.labels.a must be text",
        "spec: {containers: {name: c}} | spec.containers must be a list",
        "spec: {containers: [c]} | spec.containers[0] must be a map",
        "spec: {containers: []} | spec.containers must name one container",
        "spec: {containers: [{image: [i]}]} | spec.containers[0].image must be text",
        "spec: {containers: [{image: i, command: python}]} | command must be a list",
        "spec: {containers: [{image: i, resources: {limits: {nvidia.com/gpu: many}}}]} | 'many'",
        "spec: {containers: [{image: i, resources: {limits: {memory: 1Q}}}]} | '1Q'",
        "spec: {containers: [{image: i, env: [{value: x}]}]} | name of an environment variable",
        "spec: {terminationGracePeriodSeconds: soon, containers: [{image: i}]} | whole number",
        "spec: {securityContext: {runAsUser: root}, containers: [{image: i}]} | whole number",
        "spec: {tolerations: [{effect: Never}], containers: [{image: i}]} | NoSchedule",
        "spec: {containers: [{image: i, volumeMounts: [{name: v}]}], volumes: [{name: v, hostPath: {}}]}"
            + " | hostPath",
        "metadata: {name: My_Pod} | for example 'my-pod'",
        "metadata: {generateName: a-} | for example 'a'",
      })
  void wrongType_isAMistakeThatNamesTheField(String line, String message) {
    String manifest = "apiVersion: v1\nkind: Pod\n" + line + "\n";
    String rest =
        (line.startsWith("metadata") ? "" : "metadata: {name: p}\n")
            + (line.startsWith("spec") ? "" : "spec: {containers: [{image: i}]}\n");
    assertThatThrownBy(() -> GpuJob.fromManifest(manifest + rest))
        .isInstanceOf(JobFileException.class)
        .hasMessageContaining(message)
        .hasMessageContaining("line ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[a, b] | must be a map",
        "text | must be a map",
        "kind: [Pod] | kind must be text",
        "apiVersion: v1 | 'v1'",
        "{apiVersion: v1, kind: List, items: []} | v1 List",
        "{apiVersion: batch/v1beta1, kind: Job} | batch/v1beta1 Job",
        "{apiVersion: v1, kind: Pod, kind: Pod} | kind",
        "{apiVersion: v1, kind: Pod | YAML",
      })
  void notAPod_isRefusedWithWhatItIs(String text, String message) {
    assertThatThrownBy(() -> GpuJob.fromManifest(text))
        .isInstanceOf(JobFileException.class)
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"containers: *x", "a: &a [x]\n  containers: *a", "'<<': *x"})
  void aliases_areRefused(String spec) {
    assertThatThrownBy(() -> GpuJob.fromManifest(POD + "  " + spec + "\n"))
        .isInstanceOf(JobFileException.class)
        .hasMessageContaining("alias");
  }

  @Test
  @Timeout(60)
  void hostileText_isRefusedSoonAndInFewWords() {
    String many = POD + "  containers: [{image: i}]\n";
    StringBuilder keys = new StringBuilder(many);
    for (int i = 0; i < 20_000; i++) {
      keys.append("k").append(i).append(": 1\n");
    }
    assertThat(GpuJob.fromManifest(keys.toString()).notes()).hasSize(20_000);
    assertThatThrownBy(() -> GpuJob.fromManifest(keys + "k0: 2\n"))
        .isInstanceOf(JobFileException.class);
    assertThatThrownBy(() -> GpuJob.fromManifest(many + "# " + "x".repeat(10 << 20)))
        .hasMessageContaining("larger than 2 MiB");
    assertThatThrownBy(() -> GpuJob.fromManifest(many + "a: " + "{b: ".repeat(100_000)))
        .hasMessageContaining("deep")
        .message()
        .hasSizeLessThan(500);
    assertThatThrownBy(() -> GpuJob.fromManifest(many + "a: \"" + "y".repeat(1 << 17)))
        .isInstanceOf(JobFileException.class)
        .message()
        .hasSizeLessThan(500);
    assertThatThrownBy(
            () -> GpuJob.fromManifest(many.replace("image: i", "image: " + "i".repeat(1 << 17))))
        .isInstanceOf(JobFileException.class)
        .message()
        .hasSizeLessThan(500);
  }

  @Test
  void file_byteOrderMark_isSkipped_otherEncodingsAreRefused(@TempDir Path folder)
      throws IOException {
    String text = POD + "  containers: [{name: c, image: i}]\n";
    Path file = folder.resolve("pod.yaml");
    Files.writeString(file, "\uFEFF" + text);
    assertThat(JobFile.readAny(file).job()).isEqualTo(p().build());
    Files.write(file, text.getBytes(StandardCharsets.UTF_16));
    assertThatThrownBy(() -> JobFile.readAny(file)).hasMessageContaining("UTF-8");
    Files.write(file, ("# gr\u00fcn\n" + text).getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> JobFile.readAny(file)).hasMessageContaining("byte 4 is wrong");
  }
}
