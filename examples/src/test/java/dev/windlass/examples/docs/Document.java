package dev.windlass.examples.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A Markdown file of the project. */
record Document(Path file, String text) {
  static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  /** A fenced block: the word after the fence, and what stands in it. */
  record Block(String language, String text) {}

  static Document of(String file) {
    return read(ROOT.resolve(file));
  }

  /** The README and all that is in docs. */
  static List<Document> all() {
    try (Stream<Path> docs = Files.list(ROOT.resolve("docs"))) {
      List<Document> all = new ArrayList<>();
      all.add(of("README.md"));
      docs.filter(p -> p.toString().endsWith(".md")).sorted().forEach(p -> all.add(read(p)));
      return all;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Document read(Path file) {
    try {
      return new Document(file, Files.readString(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  List<Block> blocks(String language) {
    return Pattern.compile("(?ms)^```(\\w*)\\n(.*?)^```$")
        .matcher(text)
        .results()
        .map(m -> new Block(m.group(1), m.group(2)))
        .filter(b -> b.language().equals(language))
        .toList();
  }

  /** The rows of the tables whose first cell is code, as cells without the bars. */
  List<List<String>> rows() {
    return text.lines()
        .filter(line -> line.startsWith("| `"))
        .map(line -> line.substring(1, line.lastIndexOf('|')))
        .map(line -> Arrays.stream(line.split("\\|", -1)).map(String::strip).toList())
        .toList();
  }

  /** What stands between the backticks of a cell. */
  static String code(String cell) {
    return cell.replaceAll("^`+ ?| ?`+$", "");
  }
}
