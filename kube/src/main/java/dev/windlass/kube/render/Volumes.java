package dev.windlass.kube.render;

import dev.windlass.core.job.ConfigMap;
import dev.windlass.core.job.EmptyDir;
import dev.windlass.core.job.GpuJob;
import dev.windlass.core.job.HostPath;
import dev.windlass.core.job.InlineFiles;
import dev.windlass.core.job.Memory;
import dev.windlass.core.job.Mount;
import dev.windlass.core.job.MountSource;
import dev.windlass.core.job.Nfs;
import dev.windlass.core.job.PersistentVolumeClaim;
import dev.windlass.core.job.Secret;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A job's mounts as volumes of its pod and mounts of its container. A new kind of mount gets its
 * volume here.
 *
 * @param volumes the pod's volumes
 * @param mounts where the container sees them
 */
record Volumes(List<Volume> volumes, List<VolumeMount> mounts) {
  private static final String SHARED_MEMORY = "shared-memory";

  static Volumes of(GpuJob job) {
    List<Volume> volumes = new ArrayList<>();
    List<VolumeMount> mounts = new ArrayList<>();
    for (int i = 0; i < job.mounts().size(); i++) {
      Mount mount = job.mounts().get(i);
      String name = "mount-" + i;
      volumes.add(volume(name, mount.source(), Names.inlineFiles(job.name(), i)));
      mounts.add(
          new VolumeMountBuilder()
              .withName(name)
              .withMountPath(mount.path())
              .withReadOnly(mount.readOnly() ? true : null)
              .build());
    }
    sharedMemory(job)
        .ifPresent(
            size -> {
              volumes.add(emptyDir(SHARED_MEMORY, EmptyDir.memory(size)));
              mounts.add(
                  new VolumeMountBuilder()
                      .withName(SHARED_MEMORY)
                      .withMountPath("/dev/shm")
                      .build());
            });
    return new Volumes(volumes, mounts);
  }

  /** A container has 64 MiB by default, too little for the workers of a PyTorch data loader. */
  private static Optional<Memory> sharedMemory(GpuJob job) {
    if (job.sharedMemory().isPresent() || job.gpu().count() == 0) {
      return job.sharedMemory();
    }
    return Optional.of(job.memory().map(m -> Memory.bytes(m.bytes() / 2)).orElse(Memory.gib(8)));
  }

  private static Volume volume(String name, MountSource source, String inlineFiles) {
    VolumeBuilder volume = new VolumeBuilder().withName(name);
    if (source instanceof Nfs nfs) {
      return volume.withNewNfs(nfs.path(), null, nfs.server()).build();
    } else if (source instanceof PersistentVolumeClaim claim) {
      return volume.withNewPersistentVolumeClaim(claim.name(), null).build();
    } else if (source instanceof HostPath host) {
      return volume.withNewHostPath(host.path(), null).build();
    } else if (source instanceof EmptyDir dir) {
      return emptyDir(name, dir);
    } else if (source instanceof ConfigMap map) {
      return volume.withNewConfigMap().withName(map.name()).endConfigMap().build();
    } else if (source instanceof Secret secret) {
      return volume.withNewSecret().withSecretName(secret.name()).endSecret().build();
    } else if (source instanceof InlineFiles) {
      return volume.withNewConfigMap().withName(inlineFiles).endConfigMap().build();
    }
    throw new IllegalStateException("No volume for " + source.getClass());
  }

  private static Volume emptyDir(String name, EmptyDir dir) {
    return new VolumeBuilder()
        .withName(name)
        .withNewEmptyDir()
        .withMedium(dir.medium() == EmptyDir.Medium.MEMORY ? "Memory" : null)
        .withSizeLimit(dir.sizeLimit().map(m -> new Quantity(m.toString())).orElse(null))
        .endEmptyDir()
        .build();
  }
}
