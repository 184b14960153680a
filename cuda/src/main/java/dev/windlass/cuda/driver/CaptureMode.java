package dev.windlass.cuda.driver;

/**
 * Whose calls a capture forbids while it goes on: those that could break it, as allocations with
 * {@code cuMemAlloc} and waits for the whole context do. The driver's names and numbers.
 */
public enum CaptureMode {
  /** Those of all threads. */
  GLOBAL(0),
  /** Those of the thread that began it. */
  THREAD_LOCAL(1),
  /** Nobody's; another thread may end the capture. */
  RELAXED(2);

  private final int number;

  CaptureMode(int number) {
    this.number = number;
  }

  /** The driver's number. */
  public int number() {
    return number;
  }
}
