package dev.windlass.cuda.memory;

/**
 * One line of an allocation trace.
 *
 * @param thread the number of the thread
 * @param micros when, in microseconds from the midnight before the first event
 * @param action what was done
 * @param pointer the address, 0 for an allocation that failed
 * @param bytes the size
 * @param stream the CUDA handle of the stream
 */
public record TraceEvent(
    long thread, long micros, Action action, long pointer, long bytes, long stream) {
  /** What can be done with memory. */
  public enum Action {
    /** Memory was allocated. */
    ALLOCATE("allocate"),
    /** Memory was freed. */
    FREE("free"),
    /** There was not enough memory. */
    ALLOCATE_FAILURE("allocate failure");

    final String word;

    Action(String word) {
      this.word = word;
    }
  }
}
