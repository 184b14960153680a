package dev.windlass.cuda;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What a stream is given while it is captured: the uses of memory, which count when the graph is
 * launched, and not now. Guarded by the lock of the context.
 */
final class Capture {
  /**
   * A use of memory by a graph.
   *
   * @param from the first byte
   * @param to past the last byte
   */
  record Use(Uses memory, long from, long to, boolean write) {}

  private final Set<Use> uses = new LinkedHashSet<>();

  void add(Use use) {
    uses.add(use);
  }

  List<Use> uses() {
    return new ArrayList<>(uses);
  }
}
