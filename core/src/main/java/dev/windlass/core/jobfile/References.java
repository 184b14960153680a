package dev.windlass.core.jobfile;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * In a manifest, {@code $(NAME)} in a command or a value stands for a variable of the container,
 * and {@code $$} for a dollar sign (Kubernetes: "Define dependent environment variables"). The
 * words of a job mean what they say, so the references are resolved when the manifest is read.
 */
final class References {
  private final LeftOut out;
  private final Map<String, String> values = new HashMap<>();

  References(LeftOut out) {
    this.out = out;
  }

  /** A variable whose value is known; those defined after it may refer to it. */
  void define(String name, String value) {
    values.put(name, value);
  }

  List<String> resolve(List<String> words, String at) {
    return words.stream().map(w -> resolve(w, at)).toList();
  }

  String resolve(String text, String at) {
    StringBuilder resolved = new StringBuilder();
    int i = 0;
    while (i < text.length()) {
      int close = text.startsWith("$(", i) ? text.indexOf(')', i) : -1;
      if (text.startsWith("$$", i)) {
        resolved.append('$');
        i += 2;
      } else if (close >= 0) {
        resolved.append(variable(text.substring(i + 2, close), at));
        i = close + 1;
      } else {
        resolved.append(text.charAt(i++));
      }
    }
    return resolved.toString();
  }

  /** A name that Kubernetes does not know either stays as it stands. */
  private String variable(String name, String at) {
    String value = values.get(name);
    if (value == null) {
      out.note(at + ": $(" + name + ") stays as it is: no variable before it has a plain value");
      return "$(" + name + ")";
    }
    return value;
  }
}
