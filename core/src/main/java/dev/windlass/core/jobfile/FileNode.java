package dev.windlass.core.jobfile;

import java.util.List;
import java.util.Map;

/**
 * A piece of a file that knows where it stands.
 *
 * @param kind what it is
 * @param text the text of a scalar; empty otherwise
 * @param fields what a map holds, in the file's order
 * @param items what a list holds
 * @param line where it begins, from 1
 * @param column where it begins, from 1
 */
record FileNode(
    Kind kind,
    String text,
    Map<String, FileNode> fields,
    List<FileNode> items,
    int line,
    int column) {

  enum Kind {
    MAP("a map"),
    LIST("a list"),
    TEXT("text"),
    NUMBER("a number"),
    BOOLEAN("true or false"),
    NULL("nothing");

    final String words;

    Kind(String words) {
      this.words = words;
    }
  }

  boolean isScalar() {
    return kind == Kind.TEXT || kind == Kind.NUMBER || kind == Kind.BOOLEAN;
  }
}
