package dev.windlass.core.jobfile;

import dev.windlass.core.job.ConfigMap;
import dev.windlass.core.job.EmptyDir;
import dev.windlass.core.job.GpuJob;
import dev.windlass.core.job.HostPath;
import dev.windlass.core.job.Memory;
import dev.windlass.core.job.MountSource;
import dev.windlass.core.job.Nfs;
import dev.windlass.core.job.PersistentVolumeClaim;
import dev.windlass.core.job.Secret;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A pod's volumes and where its container mounts them, as the mounts of a job. */
final class ManifestVolumes {
  private final Map<String, MountSource> volumes = new LinkedHashMap<>();
  private final LeftOut out;

  ManifestVolumes(LeftOut out) {
    this.out = out;
  }

  /** Reads one of a pod's volumes. */
  void volume(FieldReader in) {
    String name = in.text("name").orElse("");
    in.map(
        "nfs",
        v -> {
          volumes.put(name, Nfs.of(v.text("server").orElse(""), v.text("path").orElse("")));
          out.unless(v, "readOnly", "false");
          out.rest(v);
        });
    in.map(
        "persistentVolumeClaim",
        v -> {
          volumes.put(name, PersistentVolumeClaim.of(v.text("claimName").orElse("")));
          out.unless(v, "readOnly", "false");
          out.rest(v);
        });
    in.map(
        "hostPath",
        v -> {
          volumes.put(name, HostPath.of(v.text("path").orElse("")));
          out.rest(v);
        });
    in.map(
        "configMap",
        v -> {
          volumes.put(name, ConfigMap.of(v.text("name").orElse("")));
          out.rest(v);
        });
    in.map(
        "secret",
        v -> {
          volumes.put(name, Secret.of(v.text("secretName").orElse("")));
          out.rest(v);
        });
    in.map(
        "emptyDir",
        v -> {
          List<Memory> limit = new ArrayList<>();
          v.value("sizeLimit", Memory::parse, limit::add);
          boolean memory = v.text("medium").orElse("").equals("Memory");
          volumes.put(
              name,
              new EmptyDir(
                  memory ? EmptyDir.Medium.MEMORY : EmptyDir.Medium.DISK,
                  limit.stream().findFirst()));
          out.rest(v);
        });
    if (!volumes.containsKey(name)) {
      out.note(in.path() + " (" + name + ") is left out: a job has no such kind of mount");
    } else {
      out.rest(in);
    }
  }

  /** Reads one of a container's mounts of the volumes that were read. */
  void mount(FieldReader in, GpuJob.Builder job) {
    String name = in.text("name").orElse("");
    String path = in.text("mountPath").orElse("");
    boolean[] readOnly = {false};
    in.bool("readOnly", b -> readOnly[0] = b);
    MountSource source = volumes.get(name);
    if (source == null) {
      out.note(in.path() + " is left out: so is its volume '" + name + "'");
    } else if (path.matches("/dev/shm/*")) {
      sharedMemory(in, source, job);
    } else if (readOnly[0]) {
      job.mountReadOnly(source, path);
    } else {
      job.mount(source, path);
    }
    out.rest(in);
  }

  private void sharedMemory(FieldReader in, MountSource source, GpuJob.Builder job) {
    if (source instanceof EmptyDir dir && dir.medium() == EmptyDir.Medium.MEMORY) {
      if (dir.sizeLimit().isPresent()) {
        job.sharedMemory(dir.sizeLimit().get());
      } else {
        out.note(in.path() + " is left out: a job with GPUs has shared memory anyway");
      }
    } else {
      out.note(in.path() + " is left out: a job's shared memory is in memory");
    }
  }
}
