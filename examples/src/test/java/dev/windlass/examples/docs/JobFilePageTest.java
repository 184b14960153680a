package dev.windlass.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.windlass.core.jobfile.JobFile;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * The page on job files has a row for each key of the schema, with its type; its examples are read,
 * and its defaults are those of the reader. A key is written as a path: {@code mounts[].nfs.path},
 * {@code env.NAME} for any name.
 */
class JobFilePageTest {
  private static final YAMLMapper YAML = new YAMLMapper();
  private static final List<String> SOURCES =
      List.of("nfs", "claim", "hostPath", "emptyDir", "configMap", "secret", "files");

  /** Key, type, default, meaning, example. */
  private static final Map<String, List<String>> ROWS = rows();

  private static Map<String, List<String>> rows() {
    Map<String, List<String>> rows = new LinkedHashMap<>();
    for (List<String> row : Document.of("docs/job-file.md").rows()) {
      assertThat(row).as("cells of %s", row).hasSize(5);
      assertThat(rows.put(Document.code(row.get(0)), row)).as("a second row").isNull();
    }
    return rows;
  }

  @Test
  void keys_areThoseOfTheSchema_withTheirTypes() throws JsonProcessingException {
    JsonNode schema = new ObjectMapper().readTree(JobFile.schema());
    Map<String, String> expected = new TreeMap<>();
    Map<String, Boolean> required = new TreeMap<>();
    collect("", schema, expected, required);
    Map<String, String> shown = new TreeMap<>();
    ROWS.forEach((key, row) -> shown.put(key, row.get(1)));
    assertThat(shown).isEqualTo(expected);
    ROWS.forEach(
        (key, row) ->
            assertThat(row.get(2).equals("required"))
                .as("%s is required", key)
                .isEqualTo(required.get(key)));
  }

  private static void collect(
      String prefix, JsonNode in, Map<String, String> types, Map<String, Boolean> required) {
    in.path("properties")
        .properties()
        .forEach(
            e -> {
              boolean needed = false;
              for (JsonNode name : in.path("required")) {
                needed |= name.asText().equals(e.getKey());
              }
              add(prefix + e.getKey(), e.getValue(), needed, types, required);
            });
    for (JsonNode form : in.path("additionalProperties").path("anyOf")) {
      if (form.has("properties")) {
        // One of several forms, so none of them is required.
        form.path("properties")
            .properties()
            .forEach(e -> add(prefix + "NAME." + e.getKey(), e.getValue(), false, types, required));
      } else {
        add(prefix + "NAME", form, false, types, required);
      }
    }
  }

  private static void add(
      String key,
      JsonNode schema,
      boolean needed,
      Map<String, String> types,
      Map<String, Boolean> required) {
    types.put(key, type(schema));
    required.put(key, needed);
    collect(key + ".", schema, types, required);
    if (schema.path("items").has("properties")) {
      collect(key + "[].", schema.path("items"), types, required);
    }
  }

  private static String type(JsonNode schema) {
    if (schema.has("$ref")) {
      return schema.path("$ref").asText().endsWith("memory") ? "amount" : "duration";
    }
    if (schema.has("const")) {
      return "`" + schema.path("const").asText() + "`";
    }
    if (schema.has("enum")) {
      List<String> words = new ArrayList<>();
      schema.path("enum").forEach(w -> words.add("`" + w.asText() + "`"));
      return String.join(", ", words);
    }
    if (schema.path("type").isArray()) {
      return "text";
    }
    return switch (schema.path("type").asText()) {
      case "string" -> "text";
      case "integer" -> "whole number";
      case "boolean" -> "true, false";
      case "array" -> schema.path("items").has("properties") ? "list of maps" : "list of texts";
      default -> schema.path("additionalProperties").has("type") ? "map of texts" : "map";
    };
  }

  @Test
  void examples_areRead_andSaySomething() throws JsonProcessingException {
    for (String key : ROWS.keySet()) {
      ObjectNode job = with(key, ROWS.get(key).get(4));
      String text = YAML.writeValueAsString(job);
      assertThat(JobFile.read(text, key)).as("the example of %s", key).isNotNull();
    }
  }

  @Test
  void defaults_areThoseOfTheReader() throws JsonProcessingException {
    int checked = 0;
    for (String key : ROWS.keySet()) {
      String otherwise = ROWS.get(key).get(2);
      if (otherwise.startsWith("`")) {
        checked++;
        ObjectNode said = with(key, otherwise);
        ObjectNode unsaid = with(key, otherwise);
        parent(unsaid, key).remove(key.substring(key.lastIndexOf('.') + 1));
        assertThat(JobFile.read(YAML.writeValueAsString(said), key))
            .as("%s left out", key)
            .isEqualTo(JobFile.read(YAML.writeValueAsString(unsaid), key));
        ObjectNode example = with(key, ROWS.get(key).get(4));
        assertThat(JobFile.read(YAML.writeValueAsString(example), key))
            .as("the example of %s is not the default", key)
            .isNotEqualTo(JobFile.read(YAML.writeValueAsString(said), key));
      }
    }
    assertThat(checked).isGreaterThanOrEqualTo(6);
  }

  /** A job that has the example of each map above a key, and the value at the key. */
  private static ObjectNode with(String key, String value) throws JsonProcessingException {
    ObjectNode job = YAML.createObjectNode();
    job.put("apiVersion", "windlass.dev/v1").put("kind", "GpuJob").put("name", "x");
    for (int dot = key.indexOf('.'); dot >= 0; dot = key.indexOf('.', dot + 1)) {
      String above = key.substring(0, dot).replaceAll("\\[]$", "");
      List<String> row = ROWS.get(above);
      if (row != null) {
        set(job, above, YAML.readTree(Document.code(row.get(4))));
      }
    }
    set(job, key, YAML.readTree(Document.code(value)));
    return job;
  }

  private static void set(ObjectNode job, String key, JsonNode value) {
    ObjectNode parent = parent(job, key);
    String name = key.substring(key.lastIndexOf('.') + 1);
    if (key.startsWith("mounts[].") && SOURCES.contains(name)) {
      parent.remove(SOURCES);
    }
    parent.set(name, value);
  }

  private static ObjectNode parent(ObjectNode job, String key) {
    ObjectNode at = job;
    String[] parts = key.split("\\.", -1);
    for (int i = 0; i < parts.length - 1; i++) {
      String name = parts[i].replaceAll("\\[]$", "");
      JsonNode next = at.path(name);
      if (next instanceof ArrayNode list) {
        at = (ObjectNode) list.get(0);
      } else {
        at = next instanceof ObjectNode map ? map : at.putObject(name);
      }
    }
    return at;
  }
}
