package dev.windlass.core.jobfile;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Takes one map of a file apart. What is asked for is what is known: {@link #finish} reports every
 * other key, with the nearest known one. Mistakes are gathered, so that a user sees all at once.
 */
final class FieldReader {
  private final FileNode map;
  private final String path;
  private final List<JobFileException.Mistake> mistakes;
  private final Set<String> known = new LinkedHashSet<>();

  FieldReader(FileNode node, String path, List<JobFileException.Mistake> mistakes) {
    this.path = path;
    this.mistakes = mistakes;
    if (node.kind() != FileNode.Kind.MAP) {
      wrong(
          node,
          (path.isEmpty() ? "the file" : path)
              + " must be a map of keys and values, not "
              + node.kind().words);
      this.map = new FileNode(FileNode.Kind.MAP, "", Map.of(), List.of(), node.line(), 1);
    } else {
      this.map = node;
    }
  }

  FileNode node() {
    return map;
  }

  String path() {
    return path;
  }

  /** The keys that were asked for. */
  Set<String> known() {
    return known;
  }

  Optional<FileNode> get(String key) {
    known.add(key);
    return Optional.ofNullable(map.fields().get(key)).filter(n -> n.kind() != FileNode.Kind.NULL);
  }

  /** A text; a number or a boolean counts as the text that it is written as. */
  Optional<String> text(String key) {
    return get(key).flatMap(n -> scalar(n, at(key)));
  }

  void text(String key, Consumer<String> then) {
    text(key).ifPresent(then);
  }

  /** A text that is read as a value; what the parser throws becomes a mistake at that line. */
  <T> void value(String key, Function<String, T> parse, Consumer<T> then) {
    get(key)
        .ifPresent(
            n ->
                scalar(n, at(key))
                    .ifPresent(
                        t -> {
                          try {
                            then.accept(parse.apply(t));
                          } catch (RuntimeException e) {
                            wrong(n, at(key) + ": " + mistake(t, e));
                          }
                        }));
  }

  void bool(String key, Consumer<Boolean> then) {
    get(key)
        .ifPresent(
            n -> {
              if (n.kind() == FileNode.Kind.BOOLEAN) {
                then.accept(Boolean.parseBoolean(n.text()));
              } else {
                wrong(n, at(key) + " must be true or false, not " + n.kind().words);
              }
            });
  }

  void integer(String key, Consumer<Integer> then) {
    whole(key, n -> then.accept(Math.toIntExact(n)));
  }

  void whole(String key, Consumer<Long> then) {
    get(key)
        .ifPresent(
            n -> {
              if (n.kind() != FileNode.Kind.NUMBER) {
                wrong(n, at(key) + " must be a whole number, not " + n.kind().words);
                return;
              }
              try {
                then.accept(Long.parseLong(n.text().replace("_", "")));
              } catch (NumberFormatException | ArithmeticException e) {
                wrong(n, at(key) + " must be a whole number, not " + n.text());
              }
            });
  }

  /** A list of texts; one text alone is not one. */
  void texts(String key, Consumer<List<String>> then) {
    List<String> words = new ArrayList<>();
    boolean there = items(key, (n, at) -> scalar(n, at).ifPresent(words::add));
    if (there) {
      then.accept(words);
    }
  }

  /** What is wrong with a value; most parsers name it themselves. */
  static String mistake(String value, RuntimeException e) {
    String message = String.valueOf(e.getMessage());
    String named = "'" + value + "'";
    return message.contains(named) ? message : named + ": " + message;
  }

  Map<String, String> textMap(String key) {
    Map<String, String> values = new LinkedHashMap<>();
    fields(key, (name, n) -> scalar(n, at(key) + "." + name).ifPresent(t -> values.put(name, t)));
    return values;
  }

  interface Entry {
    void accept(String name, FileNode value);
  }

  void fields(String key, Entry then) {
    get(key)
        .ifPresent(
            n -> {
              if (n.kind() == FileNode.Kind.MAP) {
                n.fields().forEach(then::accept);
              } else {
                wrong(n, at(key) + " must be a map of names and values, not " + n.kind().words);
              }
            });
  }

  interface Item {
    void accept(FileNode value, String path);
  }

  boolean items(String key, Item then) {
    Optional<FileNode> list = get(key);
    if (list.isEmpty()) {
      return false;
    }
    if (list.get().kind() != FileNode.Kind.LIST) {
      wrong(list.get(), at(key) + " must be a list, not " + list.get().kind().words);
      return false;
    }
    for (int i = 0; i < list.get().items().size(); i++) {
      then.accept(list.get().items().get(i), at(key) + "[" + i + "]");
    }
    return true;
  }

  /** Reads a map under a key. */
  void map(String key, Consumer<FieldReader> then) {
    get(key).ifPresent(n -> then.accept(sub(n, at(key))));
  }

  FieldReader sub(FileNode node, String at) {
    return new FieldReader(node, at, mistakes);
  }

  Optional<String> scalar(FileNode node, String at) {
    if (!node.isScalar()) {
      wrong(node, at + " must be text, not " + node.kind().words);
      return Optional.empty();
    }
    return Optional.of(node.text());
  }

  String at(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  void wrong(FileNode node, String message) {
    mistakes.add(new JobFileException.Mistake(node.line(), node.column(), message));
  }

  /** Reports the keys that nobody asked for. */
  void finish() {
    unasked()
        .forEach(
            (key, node) ->
                wrong(
                    node,
                    "unknown key '"
                        + at(key)
                        + "'"
                        + Nearest.of(key, known)
                            .map(k -> "; did you mean '" + k + "'?")
                            .orElse("")));
  }

  /** The keys that nobody asked for. */
  Map<String, FileNode> unasked() {
    Map<String, FileNode> rest = new LinkedHashMap<>(map.fields());
    rest.keySet().removeAll(known);
    return rest;
  }
}
