package dev.windlass.cuda.memory.pool;

import org.jspecify.annotations.Nullable;

/** Goes on after a failure, and throws the first one at the end with the others in it. */
final class Failures {
  private @Nullable RuntimeException first;

  /** Whether it worked. */
  boolean attempt(Runnable call) {
    try {
      call.run();
      return true;
    } catch (RuntimeException e) {
      if (first == null) {
        first = e;
      } else if (first != e) {
        first.addSuppressed(e);
      }
      return false;
    }
  }

  void throwFirst() {
    if (first != null) {
      throw first;
    }
  }
}
