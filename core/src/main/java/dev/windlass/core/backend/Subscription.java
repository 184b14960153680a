package dev.windlass.core.backend;

/** A listener's hold on what it listens to. */
@FunctionalInterface
public interface Subscription extends AutoCloseable {
  /** Ends it; nothing more is told once a call under way has returned. */
  @Override
  void close();
}
