package dev.windlass.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.windlass.core.jobfile.JobFile;
import io.fabric8.kubernetes.api.model.KubernetesResource;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the documents show is what compiles, is read, and is there. */
class DocumentsTest {
  private static final Path SOURCES = Path.of("src/test/java/dev/windlass/examples/docs");
  private static final String JOB = "apiVersion: windlass.dev/v1\nkind: GpuJob\n";

  static List<Document> documents() {
    return Document.all();
  }

  @Test
  void java_ofTheDocuments_isWhatCompiles() throws IOException {
    Map<String, String> compiled = new TreeMap<>();
    for (String source : List.of("FirstJob.java", "Snippets.java", "CudaSnippets.java")) {
      Pattern.compile("(?ms)^ *// begin: ([^\\n]+)\\n(.*?)^ *// end: \\1$")
          .matcher(Files.readString(SOURCES.resolve(source)))
          .results()
          .forEach(m -> compiled.put(m.group(2).stripTrailing().stripIndent() + "\n", m.group(1)));
    }
    List<String> shown =
        documents().stream().flatMap(d -> d.blocks("java").stream()).map(b -> b.text()).toList();
    assertThat(shown).isNotEmpty().isSubsetOf(compiled.keySet());
    compiled.keySet().removeAll(shown);
    assertThat(compiled.values()).as("snippets that no document shows").isEmpty();
  }

  @ParameterizedTest
  @MethodSource("documents")
  void yaml_ofTheDocuments_isRead(Document document) {
    for (Document.Block block : document.blocks("yaml")) {
      String yaml = block.text();
      if (yaml.contains("kind: GpuJob")) {
        assertThat(JobFile.read(yaml, document.file().toString())).isNotNull();
      } else if (yaml.contains("apiVersion: ")) {
        for (String object : yaml.split("(?m)^---$", -1)) {
          assertThat(Serialization.unmarshal(object, KubernetesResource.class)).isNotNull();
        }
      } else {
        // A part of a job file: read as the rest of one.
        String job = JOB + (yaml.contains("name: part") ? "" : "name: part\n") + yaml;
        assertThat(JobFile.read(job, document.file().toString())).isNotNull();
      }
    }
  }

  @Test
  void firstJob_inJavaAndAsAFile_isTheSame() throws IOException {
    Path file = Document.ROOT.resolve("examples/jobs/first-job.yaml");
    assertThat(JobFile.read(file)).isEqualTo(FirstJob.job());
    assertThat(Document.of("README.md").blocks("yaml"))
        .extracting(Document.Block::text)
        .contains(Files.readString(file));
  }

  @ParameterizedTest
  @MethodSource("documents")
  void links_leadToFiles(Document document) {
    Path folder = document.file().resolveSibling(".");
    List<String> dead = new ArrayList<>();
    Pattern.compile("\\]\\(([^)#\\s]+)[^)]*\\)")
        .matcher(document.text())
        .results()
        .map(m -> m.group(1))
        .filter(link -> !link.contains("://"))
        .filter(link -> !Files.exists(folder.resolve(link)))
        .forEach(dead::add);
    assertThat(dead).isEmpty();
  }

  @Test
  void readme_namesTheVersionThatIsBuilt() throws IOException {
    String pom = Files.readString(Document.ROOT.resolve("pom.xml"));
    List<String> versions =
        Document.of("README.md").blocks("xml").stream()
            .flatMap(b -> versions(b.text()))
            .distinct()
            .toList();
    assertThat(versions).containsExactly(versions(pom).findFirst().orElseThrow());
  }

  private static Stream<String> versions(String xml) {
    return Pattern.compile("<version>([^<]+)</version>")
        .matcher(xml)
        .results()
        .map((MatchResult m) -> m.group(1));
  }

  @Test
  void permissions_showTheRoleThatIsShipped() throws IOException {
    String role = Files.readString(Document.ROOT.resolve("docs/submitter-role.yaml"));
    List<PolicyRule> rules =
        Serialization.unmarshal(role, io.fabric8.kubernetes.api.model.rbac.Role.class).getRules();
    String page = Document.of("docs/permissions.md").text();
    for (PolicyRule rule : rules) {
      assertThat(page)
          .as("a row for the rule on %s", rule.getResources())
          .contains(
              "| `"
                  + String.join(", ", rule.getResources())
                  + "` | "
                  + String.join(", ", rule.getVerbs())
                  + " |");
    }
  }
}
