package dev.windlass.core.jobfile;

import com.fasterxml.jackson.databind.node.ObjectNode;
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
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** One mount in a job file: {@code path}, {@code readOnly}, and one key for the kind of source. */
final class MountForm {
  private MountForm() {}

  static void read(FieldReader in, GpuJob.Builder job) {
    List<MountSource> sources = new ArrayList<>();
    in.map(
        "nfs",
        nfs -> {
          Optional<String> server = required(nfs, "server");
          Optional<String> path = required(nfs, "path");
          nfs.finish();
          if (server.isPresent() && path.isPresent()) {
            sources.add(Nfs.of(server.get(), path.get()));
          }
        });
    in.text("claim", name -> sources.add(PersistentVolumeClaim.of(name)));
    in.text("hostPath", path -> sources.add(HostPath.of(path)));
    in.map("emptyDir", dir -> sources.add(emptyDir(dir)));
    in.text("configMap", name -> sources.add(ConfigMap.of(name)));
    in.text("secret", name -> sources.add(Secret.of(name)));
    if (in.get("files").isPresent()) {
      Map<String, byte[]> files = new TreeMap<>();
      in.fields("files", (name, value) -> files.put(name, content(in, name, value)));
      try {
        sources.add(InlineFiles.of(files));
      } catch (RuntimeException e) {
        in.wrong(in.node(), in.at("files") + ": " + e.getMessage());
        sources.add(InlineFiles.none());
      }
    }
    boolean[] readOnly = {false};
    in.bool("readOnly", b -> readOnly[0] = b);
    Optional<String> path = required(in, "path");
    in.finish();
    if (sources.size() != 1) {
      in.wrong(
          in.node(),
          in.path()
              + " needs exactly one of nfs, claim, hostPath, emptyDir, configMap, secret, files");
    } else if (path.isPresent()) {
      if (readOnly[0]) {
        job.mountReadOnly(sources.get(0), path.get());
      } else {
        job.mount(sources.get(0), path.get());
      }
    }
  }

  private static EmptyDir emptyDir(FieldReader in) {
    EmptyDir.Medium[] medium = {EmptyDir.Medium.DISK};
    List<Memory> limit = new ArrayList<>();
    in.value("medium", t -> JobReader.word(EmptyDir.Medium.class, t), m -> medium[0] = m);
    in.value("sizeLimit", Memory::parse, limit::add);
    in.finish();
    return new EmptyDir(medium[0], limit.stream().findFirst());
  }

  private static byte[] content(FieldReader in, String name, FileNode value) {
    if (value.kind() != FileNode.Kind.MAP) {
      return in.scalar(value, in.at("files") + "." + name)
          .orElse("")
          .getBytes(StandardCharsets.UTF_8);
    }
    List<byte[]> bytes = new ArrayList<>();
    FieldReader binary = in.sub(value, in.at("files") + "." + name);
    binary.value("base64", t -> Base64.getMimeDecoder().decode(t), bytes::add);
    binary.finish();
    return bytes.isEmpty() ? new byte[0] : bytes.get(0);
  }

  static Optional<String> required(FieldReader in, String key) {
    Optional<String> text = in.text(key);
    if (text.isEmpty() && in.node().fields().get(key) == null) {
      in.wrong(in.node(), "'" + in.at(key) + "' is missing");
    }
    return text;
  }

  static void write(Mount mount, ObjectNode out) {
    out.put("path", mount.path());
    if (mount.readOnly()) {
      out.put("readOnly", true);
    }
    MountSource source = mount.source();
    if (source instanceof Nfs nfs) {
      out.putObject("nfs").put("server", nfs.server()).put("path", nfs.path());
    } else if (source instanceof PersistentVolumeClaim claim) {
      out.put("claim", claim.name());
    } else if (source instanceof HostPath host) {
      out.put("hostPath", host.path());
    } else if (source instanceof EmptyDir dir) {
      ObjectNode node = out.putObject("emptyDir");
      if (dir.medium() != EmptyDir.Medium.DISK) {
        node.put("medium", JobReader.word(dir.medium()));
      }
      dir.sizeLimit().ifPresent(m -> node.put("sizeLimit", m.toString()));
    } else if (source instanceof ConfigMap map) {
      out.put("configMap", map.name());
    } else if (source instanceof Secret secret) {
      out.put("secret", secret.name());
    } else if (source instanceof InlineFiles files) {
      ObjectNode node = out.putObject("files");
      for (String name : files.names()) {
        byte[] bytes = files.content(name);
        Optional<String> text = text(bytes);
        if (text.isPresent()) {
          node.put(name, text.get());
        } else {
          node.putObject(name).put("base64", Base64.getEncoder().encodeToString(bytes));
        }
      }
    } else {
      throw new IllegalStateException("No form for " + source.getClass());
    }
  }

  /** The text that these bytes are, if they are text that survives YAML unchanged. */
  private static Optional<String> text(byte[] bytes) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      return text.chars().allMatch(c -> c == '\n' || c == '\t' || (c >= ' ' && c < 0x7f))
          ? Optional.of(text)
          : Optional.empty();
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }
}
