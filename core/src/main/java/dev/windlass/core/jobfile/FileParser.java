package dev.windlass.core.jobfile;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.yaml.snakeyaml.LoaderOptions;

/**
 * From the bytes of a file to {@link FileNode}s. A file may come from anywhere, so its size and its
 * depth are bounded, and YAML's aliases are refused: a job has no use for them, and a few lines of
 * them can stand for gigabytes.
 */
final class FileParser {
  /** A megabyte of inline files in base64, and room for the rest. */
  static final int MAX_BYTES = 2 << 20;

  private static final int MAX_DEPTH = 20;

  /** What some editors put before the text. */
  private static final String BYTE_ORDER_MARK = "\uFEFF";

  private final String origin;
  private final JsonParser parser;

  private FileParser(String origin, JsonParser parser) {
    this.origin = origin;
    this.parser = parser;
  }

  /** Reads a file's text. */
  static String text(Path file) {
    String origin = file.toString();
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readNBytes(MAX_BYTES + 1);
    } catch (NoSuchFileException e) {
      throw new JobFileException(origin, "There is no such file", "Check the path");
    } catch (IOException e) {
      throw new JobFileException(
          origin, "It cannot be read: " + e.getMessage(), "Check that it is a file and its rights");
    }
    if (bytes.length > MAX_BYTES) {
      throw tooBig(origin);
    }
    ByteBuffer in = ByteBuffer.wrap(bytes);
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(in).toString();
      return text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
    } catch (CharacterCodingException e) {
      throw new JobFileException(
          origin, "It is not UTF-8 text: byte " + in.position() + " is wrong", "Save it as UTF-8");
    }
  }

  static FileNode parse(String text, String origin) {
    if (text.length() > MAX_BYTES) {
      throw tooBig(origin);
    }
    if (text.startsWith("{")) {
      try {
        // JSON is YAML, but the parser of YAML needs seconds for a megabyte of inline files.
        return parse(new JsonFactory().createParser(text), origin);
      } catch (IOException e) {
        // It may still be YAML, whose maps can begin like that.
      }
    }
    LoaderOptions limits = new LoaderOptions();
    limits.setCodePointLimit(MAX_BYTES + 1);
    limits.setNestingDepthLimit(MAX_DEPTH + 1);
    YAMLFactory yaml = YAMLFactory.builder().loaderOptions(limits).build();
    try {
      return parse(yaml.createParser(text), origin);
    } catch (JsonProcessingException e) {
      JsonLocation at = e.getLocation();
      throw new JobFileException(
          origin,
          List.of(
              new JobFileException.Mistake(
                  at == null ? 0 : at.getLineNr(),
                  at == null ? 0 : at.getColumnNr(),
                  "this is not YAML: " + e.getOriginalMessage().lines().findFirst().orElse(""))));
    } catch (IOException e) {
      throw new JobFileException(origin, "It cannot be read: " + e.getMessage(), "Try again");
    }
  }

  private static FileNode parse(JsonParser source, String origin) throws IOException {
    try (JsonParser parser = source) {
      FileParser reader = new FileParser(origin, parser);
      if (parser.nextToken() == null) {
        throw new JobFileException(origin, "It is empty", "Write a job into it");
      }
      FileNode root = reader.node(0);
      if (parser.nextToken() != null) {
        throw reader.mistake("a second document begins here; a file holds one job");
      }
      return root;
    }
  }

  private FileNode node(int depth) throws IOException {
    if (depth > MAX_DEPTH) {
      throw mistake("this is nested more than " + MAX_DEPTH + " deep");
    }
    if (parser instanceof YAMLParser yaml && yaml.isCurrentAlias()) {
      throw mistake("aliases (*name) are not allowed in a job file; write the value again");
    }
    JsonLocation at = parser.currentTokenLocation();
    JsonToken token = parser.currentToken();
    Map<String, FileNode> fields = new LinkedHashMap<>();
    List<FileNode> items = new ArrayList<>();
    String text = "";
    FileNode.Kind kind;
    switch (token) {
      case START_OBJECT -> {
        kind = FileNode.Kind.MAP;
        while (parser.nextToken() != JsonToken.END_OBJECT) {
          String key = parser.currentName();
          if (fields.containsKey(key)) {
            throw mistake("key '" + key + "' is there twice");
          }
          parser.nextToken();
          fields.put(key, node(depth + 1));
        }
      }
      case START_ARRAY -> {
        kind = FileNode.Kind.LIST;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          items.add(node(depth + 1));
        }
      }
      case VALUE_NULL -> kind = FileNode.Kind.NULL;
      default -> {
        text = parser.getText();
        kind =
            token.isNumeric()
                ? FileNode.Kind.NUMBER
                : token.isBoolean() ? FileNode.Kind.BOOLEAN : FileNode.Kind.TEXT;
      }
    }
    return new FileNode(kind, text, fields, items, at.getLineNr(), at.getColumnNr());
  }

  private JobFileException mistake(String message) {
    JsonLocation at = parser.currentTokenLocation();
    return new JobFileException(
        origin, List.of(new JobFileException.Mistake(at.getLineNr(), at.getColumnNr(), message)));
  }

  private static JobFileException tooBig(String origin) {
    return new JobFileException(
        origin,
        "It is larger than " + (MAX_BYTES >> 20) + " MiB",
        "A job file is small; put data into a mount");
  }
}
