package dev.windlass.core.job;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The checks that several rules share, and the problems that were found. The rules of names are
 * those of Kubernetes, "Object Names and IDs" and "Labels and Selectors".
 */
final class Checks {
  static final Pattern LABEL = Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?");
  static final Pattern QUALIFIED = Pattern.compile("[A-Za-z0-9]([-._A-Za-z0-9]{0,61}[A-Za-z0-9])?");

  private static final Pattern SUBDOMAIN =
      Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");
  private static final Pattern FILE_NAME = Pattern.compile("[-._a-zA-Z0-9]+");
  private static final Duration MAX_TIME = Duration.ofSeconds(Integer.MAX_VALUE);

  private final List<Problem> problems = new ArrayList<>();

  List<Problem> problems() {
    return problems;
  }

  void wrong(String field, String value, String message, String fix) {
    problems.add(new Problem(field, Text.shorten(value), message, fix));
  }

  void key(String field, String key) {
    int slash = key.indexOf('/');
    String prefix = slash < 0 ? "x" : key.substring(0, slash);
    boolean ok =
        prefix.length() <= 253
            && SUBDOMAIN.matcher(prefix).matches()
            && QUALIFIED.matcher(key.substring(slash + 1)).matches();
    if (!ok) {
      wrong(
          field,
          key,
          "is not a key for " + field,
          "write at most 63 letters, digits, '-', '_' and '.', beginning and ending with a letter or"
              + " digit, after an optional prefix like 'example.com/'");
    }
  }

  void labelValue(String field, String value) {
    if (!value.isEmpty() && !QUALIFIED.matcher(value).matches()) {
      wrong(
          field,
          value,
          "is not a label value",
          "write at most 63 letters, digits, '-', '_' and '.', beginning and ending with a letter or"
              + " digit");
    }
  }

  void objectName(String field, String name, String kind) {
    if (name.length() > 253 || !SUBDOMAIN.matcher(name).matches()) {
      wrong(
          field,
          name,
          "is not the name of a " + kind,
          "write at most 253 of a-z, 0-9, '-' and '.', beginning and ending with a letter or digit");
    }
  }

  void fileName(String field, String key) {
    boolean dots = key.equals(".") || key.startsWith("..");
    if (key.length() > 253 || dots || !FILE_NAME.matcher(key).matches()) {
      wrong(field, key, "is not a key", "write at most 253 letters, digits, '-', '_' and '.'");
    }
  }

  void positive(String field, Optional<Memory> value) {
    if (value.isPresent() && value.get().bytes() == 0) {
      wrong(field, "0", "is 0", "write an amount like 8Gi, or leave it out");
    }
  }

  /** Whether it is one: the rest of the rules for paths make sense only then. */
  boolean absolutePath(String field, String path) {
    String message = null;
    String fix = null;
    if (path.isEmpty()) {
      message = "is empty";
      fix = "write an absolute path like '/data'";
    } else if (!path.startsWith("/")) {
      message = "is not absolute";
      fix = "write '/" + Text.shorten(path.replaceAll("^(\\./)+", "")) + "'";
    } else if (path.matches(".*/\\.{1,2}(/.*)?") || path.contains("//")) {
      message = "holds '.', '..' or an empty part";
      fix = "write the path itself";
    } else if (path.indexOf(':') >= 0 || path.chars().anyMatch(c -> c < 0x20)) {
      message = "holds a ':' or a control character";
      fix = "choose another path";
    }
    if (message == null || fix == null) {
      return true;
    }
    wrong(field, path, message, fix);
    return false;
  }

  void time(String field, Duration value, Duration least) {
    if (value.compareTo(least) < 0 || value.compareTo(MAX_TIME) > 0) {
      wrong(
          field,
          value.toString(),
          "is not a length of time that can be set here",
          "write at least " + least.toSeconds() + "s and at most " + MAX_TIME.toDays() + "d");
    }
  }
}
