package dev.windlass.core.jobfile;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import dev.windlass.core.job.GpuJob;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * A job as a YAML or JSON file, both ways. The form is in {@code docs/job-file.md} and, for
 * machines, in {@link #schema}. Safe for use by several threads.
 */
public final class JobFile {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
  private static final ObjectMapper YAML =
      new ObjectMapper(
          YAMLFactory.builder()
              .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
              .disable(YAMLGenerator.Feature.SPLIT_LINES)
              .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
              .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
              .enable(YAMLGenerator.Feature.LITERAL_BLOCK_STYLE)
              .build());

  private JobFile() {}

  /**
   * Reads a job from YAML or JSON text.
   *
   * @param origin what to call the text in messages, such as its file's name
   * @throws JobFileException naming every mistake with its line
   */
  public static GpuJob read(String text, String origin) {
    return JobReader.read(FileParser.parse(text, origin), origin);
  }

  /**
   * Reads a job from a file in UTF-8.
   *
   * @throws JobFileException if it cannot be read, or naming every mistake with its line
   */
  public static GpuJob read(Path file) {
    return read(FileParser.text(file), file.toString());
  }

  /**
   * Reads a job from a file of Windlass's form or a plain Kubernetes Pod or Job.
   *
   * @throws JobFileException if it cannot be read, or naming every mistake with its line
   */
  public static Imported readAny(Path file) {
    String origin = file.toString();
    FileNode root = FileParser.parse(FileParser.text(file), origin);
    FileNode kind = root.fields().get("kind");
    if (kind != null && !kind.text().equals(JobReader.KIND)) {
      return KubernetesManifest.read(root, origin);
    }
    return new Imported(JobReader.read(root, origin), List.of());
  }

  /** The job as YAML; what has its default value is left out. */
  public static String toYaml(GpuJob job) {
    return write(YAML, job);
  }

  /** The job as JSON; what has its default value is left out. */
  public static String toJson(GpuJob job) {
    return write(JSON, job) + "\n";
  }

  /**
   * SHA-256, in hexadecimal, of all that the job says. Two jobs have the same one exactly if they
   * are equal.
   */
  public static String digest(GpuJob job) {
    try {
      byte[] form = JobForm.write(job).toString().getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(form));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java has SHA-256", e);
    }
  }

  /** The JSON Schema (2020-12) of the form. */
  public static String schema() {
    try (InputStream in = JobFile.class.getResourceAsStream("gpu-job.schema.json")) {
      if (in == null) {
        throw new IllegalStateException("gpu-job.schema.json is missing from the jar");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String write(ObjectMapper mapper, GpuJob job) {
    try {
      return mapper.writeValueAsString(JobForm.write(job));
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }
}
