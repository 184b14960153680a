package dev.windlass.cuda.compile;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The headers on disk that a program may include, found in its text as the preprocessor would, but
 * heeding no conditions: one file too many costs at most a needless compilation.
 */
final class Includes {
  private static final Pattern DIRECTIVE =
      Pattern.compile(
          "(?:^[ \\t]*#[ \\t]*include(?:_next)?|__has_include\\w*[ \\t]*\\()[ \\t]*"
              + "(?:\"([^\"\\n]{1,4096})\"|<([^>\\n]{1,4096})>|(\\S))",
          Pattern.MULTILINE);
  private static final List<String> FOLDER_OPTIONS = List.of("--include-path=", "-I");
  private static final List<String> NOT_UNDERSTOOD = List.of("-include", "--pre-include", "-pch");

  private final Map<String, String> headers;
  private final List<Path> folders = new ArrayList<>();
  private final Map<String, String> found = new HashMap<>();
  private final Deque<Path> toRead = new ArrayDeque<>();

  private Includes(Map<String, String> headers) {
    this.headers = headers;
  }

  /**
   * The headers' contents by path.
   *
   * @return empty if they cannot be told
   */
  static Optional<Map<String, String>> of(Nvrtc.Program program) {
    Includes includes = new Includes(program.headers());
    try {
      // NVRTC looks where the source is said to be, too.
      includes.folders.add(
          Optional.ofNullable(Path.of(program.name()).toAbsolutePath().getParent())
              .orElse(Path.of("/")));
      for (String option : program.options()) {
        if (!includes.understand(option)) {
          return Optional.empty();
        }
      }
      boolean known = includes.scan(program.source(), Optional.empty());
      for (String header : program.headers().values()) {
        known &= includes.scan(header, Optional.empty());
      }
      while (known && !includes.toRead.isEmpty()) {
        Path file = includes.toRead.remove();
        String text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        includes.found.put(file.toString(), text);
        known = includes.scan(text, Optional.ofNullable(file.getParent()));
      }
      return known ? Optional.of(includes.found) : Optional.empty();
    } catch (IOException | InvalidPathException e) {
      return Optional.empty();
    }
  }

  /** Takes up a folder; whether all is known that the option may include. */
  private boolean understand(String option) {
    for (String start : FOLDER_OPTIONS) {
      if (option.startsWith(start) && option.length() > start.length()) {
        folders.add(Path.of(option.substring(start.length())));
        return true;
      }
    }
    // "-I" or "--include-path" alone: the folder is the next option.
    return FOLDER_OPTIONS.stream().noneMatch(s -> (option + "=").startsWith(s))
        && NOT_UNDERSTOOD.stream().noneMatch(option::contains)
        && !option.startsWith("@");
  }

  private boolean scan(String text, Optional<Path> beside) {
    Matcher m = DIRECTIVE.matcher(text);
    while (m.find()) {
      if (m.group(3) != null) {
        return false;
      }
      String name = m.group(1) != null ? m.group(1) : m.group(2);
      if (!headers.containsKey(name)) {
        find(name, beside);
      }
    }
    return true;
  }

  private void find(String name, Optional<Path> beside) {
    List<Path> places = new ArrayList<>();
    beside.ifPresent(places::add);
    places.addAll(folders);
    for (Path place : places) {
      Path file = place.resolve(name).normalize();
      if (Files.isRegularFile(file)) {
        if (found.putIfAbsent(file.toString(), "") == null) {
          toRead.add(file);
        }
        return;
      }
    }
  }
}
