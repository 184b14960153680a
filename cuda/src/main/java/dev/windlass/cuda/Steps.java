package dev.windlass.cuda;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Steps that are all made, whichever of them fail. */
final class Steps {
  private @Nullable RuntimeException first;

  void run(Runnable step) {
    try {
      step.run();
    } catch (RuntimeException e) {
      if (first == null) {
        first = e;
      } else if (first != e) {
        first.addSuppressed(e);
      }
    }
  }

  /** The first failure, with the others in it. */
  Optional<RuntimeException> failure() {
    return Optional.ofNullable(first);
  }
}
