package dev.windlass.core.jobfile;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What a manifest says and a job cannot: one note for each, except for what means nothing. */
final class LeftOut {
  /** What the API server itself writes into an object. */
  private static final Set<String> SERVER_SET =
      Set.of(
          "status",
          "metadata.uid",
          "metadata.resourceVersion",
          "metadata.generation",
          "metadata.managedFields",
          "metadata.selfLink",
          "spec.selector",
          // Labels and annotations.
          "controller-uid",
          "job-name",
          "batch.kubernetes.io/controller-uid",
          "batch.kubernetes.io/job-name",
          "batch.kubernetes.io/job-tracking",
          "kubectl.kubernetes.io/last-applied-configuration");

  /** Values that the API server fills in, and that hold for a job of Windlass as well. */
  private static final Map<String, String> DEFAULTS =
      Map.of(
          "dnsPolicy", "ClusterFirst",
          "schedulerName", "default-scheduler",
          "terminationMessagePath", "/dev/termination-log",
          "terminationMessagePolicy", "File",
          "suspend", "false");

  private final List<String> notes = new ArrayList<>();

  List<String> notes() {
    return notes;
  }

  void note(String note) {
    notes.add(note);
  }

  /** Takes a key whose only value that a job can have is this one; any other is noted. */
  void unless(FieldReader in, String key, String value) {
    in.text(key)
        .filter(v -> !v.equals(value))
        .ifPresent(v -> notes.add(in.at(key) + " (" + v + ") is left out: here it is " + value));
  }

  /** The key of a label or annotation, unless the API server or Windlass itself sets it. */
  Optional<String> own(String field, String key) {
    if (key.startsWith("windlass.dev/") || key.equals("app.kubernetes.io/managed-by")) {
      notes.add(field + "." + key + " is left out: Windlass sets it itself");
      return Optional.empty();
    }
    return SERVER_SET.contains(key) ? Optional.empty() : Optional.of(key);
  }

  /** Notes the keys that nobody asked for. */
  void rest(FieldReader in) {
    in.unasked()
        .forEach(
            (key, node) -> {
              String at = in.at(key);
              // A template has one too.
              if (!SERVER_SET.contains(at)
                  && !at.endsWith("metadata.creationTimestamp")
                  && node.kind() != FileNode.Kind.NULL
                  && !node.text().equals(DEFAULTS.get(key))) {
                notes.add(at + " (line " + node.line() + ") is left out");
              }
            });
  }
}
