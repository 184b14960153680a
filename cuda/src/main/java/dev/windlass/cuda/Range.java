package dev.windlass.cuda;

import dev.windlass.cuda.driver.Ranges;

/** A range of time that a profiler shows under a name. Had from {@link DeviceContext#range}. */
public final class Range implements AutoCloseable {
  private final Ranges ranges;
  private boolean closed;

  Range(Ranges ranges, String name) {
    this.ranges = ranges;
    ranges.push(name);
  }

  /** Ends the range, on the thread that began it. Twice does nothing. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      ranges.pop();
    }
  }
}
