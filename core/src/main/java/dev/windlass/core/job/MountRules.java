package dev.windlass.core.job;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** What makes the mounts of a job valid, each by itself and all together. */
final class MountRules {
  private static final Pattern NOT_HOST = Pattern.compile("[\\s/\\p{Cntrl}]");

  private final Checks check;
  private long inlineBytes;

  MountRules(Checks check) {
    this.check = check;
  }

  void check(List<Mount> mounts) {
    Map<String, Integer> seen = new HashMap<>();
    for (int i = 0; i < mounts.size(); i++) {
      Mount mount = mounts.get(i);
      String field = "mounts[" + i + "]";
      if (check.absolutePath(field + ".path", mount.path())) {
        mountPath(field + ".path", mount.path());
        Integer first = seen.putIfAbsent(mount.path(), i);
        if (first != null) {
          check.wrong(
              field + ".path",
              mount.path(),
              "is already the path of mounts[" + first + "]",
              "give each mount a path of its own");
        }
      }
      source(field, mount);
    }
  }

  private void mountPath(String field, String path) {
    if (path.equals("/")) {
      check.wrong(
          field, path, "would hide the whole image", "mount it at a folder, for example '/data'");
    } else if (path.equals("/dev/shm")) {
      check.wrong(field, path, "is the shared memory", "set sharedMemory instead");
    }
  }

  private void source(String field, Mount mount) {
    MountSource source = mount.source();
    boolean alwaysReadOnly = false;
    if (source instanceof Nfs nfs) {
      if (nfs.server().isBlank() || NOT_HOST.matcher(nfs.server()).find()) {
        check.wrong(
            field + ".nfs.server",
            nfs.server(),
            "is not a host",
            "write its name or address, for example 'nfs.example.com'");
      }
      check.absolutePath(field + ".nfs.path", nfs.path());
    } else if (source instanceof PersistentVolumeClaim claim) {
      check.objectName(field + ".claim", claim.name(), "persistent volume claim");
    } else if (source instanceof HostPath host) {
      check.absolutePath(field + ".hostPath", host.path());
    } else if (source instanceof EmptyDir empty) {
      check.positive(field + ".emptyDir.sizeLimit", empty.sizeLimit());
    } else if (source instanceof ConfigMap map) {
      check.objectName(field + ".configMap", map.name(), "config map");
      alwaysReadOnly = true;
    } else if (source instanceof Secret secret) {
      check.objectName(field + ".secret", secret.name(), "secret");
      alwaysReadOnly = true;
    } else if (source instanceof InlineFiles files) {
      files.names().forEach(name -> check.fileName(field + ".files", name));
      inlineBytes += files.size();
      if (inlineBytes > InlineFiles.MAX_BYTES) {
        check.wrong(
            field + ".files",
            inlineBytes + " bytes",
            "are, with those before them, more than the "
                + InlineFiles.MAX_BYTES
                + " bytes that can travel with a job",
            "put them into the image or onto a volume");
      }
      alwaysReadOnly = true;
    }
    if (alwaysReadOnly && !mount.readOnly()) {
      check.wrong(
          field + ".readOnly", "false", "cannot be: this kind is always read-only", "write true");
    }
  }
}
