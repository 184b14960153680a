package dev.windlass.core.job;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/**
 * Small files that travel with the job, such as a script, a configuration or the jar of the program
 * itself: no image has to be built for them. Always read-only; those of all mounts of a job
 * together are at most {@link #MAX_BYTES}. On Kubernetes they become a config map that is deleted
 * with the job, so they are no place for secrets.
 */
public final class InlineFiles implements MountSource {
  /**
   * The most bytes that all files of a job may have together, names included: the limit of a
   * Kubernetes config map, 1 MiB.
   */
  public static final int MAX_BYTES = 1 << 20;

  private final SortedMap<String, byte[]> files;

  private InlineFiles(SortedMap<String, byte[]> files) {
    this.files = Collections.unmodifiableSortedMap(files);
  }

  /** No files yet; add them with {@link #with}. */
  public static InlineFiles none() {
    return new InlineFiles(new TreeMap<>());
  }

  /** These files, by name. */
  public static InlineFiles of(Map<String, byte[]> files) {
    SortedMap<String, byte[]> copy = new TreeMap<>();
    files.forEach((name, content) -> copy.put(name, content.clone()));
    return new InlineFiles(copy);
  }

  /**
   * The jars that hold the given classes, each under its jar's name. A class that was not loaded
   * from a jar (from an IDE, from a test) has its class folder packed as {@code <folder>.jar}. The
   * bytes depend on the classes and resources only, so the same code makes the same job.
   *
   * @throws IllegalArgumentException if a class has no jar or folder, as those of the JDK
   * @throws UncheckedIOException if it cannot be read
   */
  public static InlineFiles jarsOf(Class<?>... classes) {
    SortedMap<String, byte[]> jars = new TreeMap<>();
    for (Class<?> type : classes) {
      CodeSource source = type.getProtectionDomain().getCodeSource();
      if (source == null || source.getLocation() == null) {
        throw new IllegalArgumentException(type.getName() + " was not loaded from a jar or folder");
      }
      try {
        Path from = Path.of(source.getLocation().toURI());
        if (Files.isDirectory(from)) {
          jars.put(folderName(from) + ".jar", zip(folder(from)));
        } else {
          jars.put(String.valueOf(from.getFileName()), zip(jar(from)));
        }
      } catch (URISyntaxException e) {
        throw new IllegalArgumentException(source.getLocation() + " is not a file", e);
      } catch (IOException e) {
        throw new UncheckedIOException("Cannot read " + source.getLocation(), e);
      }
    }
    return new InlineFiles(jars);
  }

  /** {@code module} for {@code module/target/classes} or {@code module/bin}. */
  private static String folderName(Path classes) {
    for (Path p = classes; p != null && p.getFileName() != null; p = p.getParent()) {
      String name = p.getFileName().toString();
      if (!List.of("classes", "test-classes", "target", "bin", "out").contains(name)) {
        return name;
      }
    }
    return "classes";
  }

  private static SortedMap<String, byte[]> folder(Path from) throws IOException {
    SortedMap<String, byte[]> entries = new TreeMap<>();
    try (Stream<Path> paths = Files.walk(from)) {
      for (Path p : (Iterable<Path>) paths.filter(Files::isRegularFile)::iterator) {
        entries.put(from.relativize(p).toString().replace('\\', '/'), Files.readAllBytes(p));
      }
    }
    return entries;
  }

  private static SortedMap<String, byte[]> jar(Path from) throws IOException {
    SortedMap<String, byte[]> entries = new TreeMap<>();
    try (ZipInputStream in = new ZipInputStream(Files.newInputStream(from))) {
      for (ZipEntry e = in.getNextEntry(); e != null; e = in.getNextEntry()) {
        if (!e.isDirectory()) {
          entries.put(e.getName(), in.readAllBytes());
        }
      }
    }
    return entries;
  }

  private static byte[] zip(SortedMap<String, byte[]> entries) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream out = new ZipOutputStream(bytes)) {
      for (Map.Entry<String, byte[]> e : entries.entrySet()) {
        ZipEntry entry = new ZipEntry(e.getKey());
        entry.setTimeLocal(java.time.LocalDateTime.of(1980, 1, 1, 0, 0));
        out.putNextEntry(entry);
        out.write(e.getValue());
      }
    }
    return bytes.toByteArray();
  }

  /** The same and one more file. */
  public InlineFiles with(String name, byte[] content) {
    SortedMap<String, byte[]> more = new TreeMap<>(files);
    more.put(name, content.clone());
    return new InlineFiles(more);
  }

  /** The same and one more file, a text in UTF-8. */
  public InlineFiles with(String name, String text) {
    return with(name, text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * The same and one more file with what the stream still has; the stream is not closed.
   *
   * @throws UncheckedIOException if the stream cannot be read
   */
  public InlineFiles with(String name, InputStream content) {
    try {
      return with(name, content.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read the content of inline file '" + name + "'", e);
    }
  }

  /** The names of the files, sorted. */
  public List<String> names() {
    return List.copyOf(files.keySet());
  }

  /**
   * A copy of a file's bytes.
   *
   * @throws IllegalArgumentException if there is no file of that name
   */
  public byte[] content(String name) {
    byte[] content = files.get(name);
    if (content == null) {
      throw new IllegalArgumentException("There is no inline file '" + name + "'");
    }
    return content.clone();
  }

  /** The bytes of all files and their names together. */
  public long size() {
    return files.entrySet().stream()
        .mapToLong(e -> e.getKey().length() + e.getValue().length)
        .sum();
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof InlineFiles other
        && files.keySet().equals(other.files.keySet())
        && files.entrySet().stream()
            .allMatch(e -> Arrays.equals(e.getValue(), other.files.get(e.getKey())));
  }

  @Override
  public int hashCode() {
    int hash = 0;
    for (Map.Entry<String, byte[]> e : files.entrySet()) {
      hash += e.getKey().hashCode() ^ Arrays.hashCode(e.getValue());
    }
    return hash;
  }

  /** Names and sizes; never the contents. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("InlineFiles[");
    files.forEach(
        (name, content) ->
            text.append(text.charAt(text.length() - 1) == '[' ? "" : ", ")
                .append(name)
                .append(' ')
                .append(content.length)
                .append(" bytes"));
    return text.append(']').toString();
  }
}
