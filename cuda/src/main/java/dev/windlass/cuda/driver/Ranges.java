package dev.windlass.cuda.driver;

/**
 * Named ranges of time and marks that a profiler shows beside the device's work (NVTX). Each thread
 * has its own stack of ranges. With no profiler attached a call does nothing.
 */
public interface Ranges {
  /** Begins a range of the calling thread, inside those that it has begun and not ended. */
  void push(String name);

  /** Ends the range of the calling thread that was begun last. */
  void pop();

  /** Marks this moment. */
  void mark(String name);

  /** Whether anybody is told. */
  boolean active();

  /** Who is told, or why nobody is, for people. */
  String description();

  /**
   * Ranges that nobody is told of.
   *
   * @param why for {@link #description}
   */
  static Ranges none(String why) {
    return new NoRanges(why);
  }
}
