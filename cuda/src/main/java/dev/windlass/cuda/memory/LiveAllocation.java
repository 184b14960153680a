package dev.windlass.cuda.memory;

import java.time.Duration;
import java.util.List;

/**
 * Device memory that is in use, and who asked for it.
 *
 * @param address where it is on the device
 * @param bytes how many were asked for
 * @param stream the CUDA handle of the stream that it was allocated on, 0 the null stream
 * @param thread the name of the thread that allocated it
 * @param age how long ago
 * @param place the calls that led to it, the nearest first, without this SDK's own; empty where
 *     they were not recorded
 */
public record LiveAllocation(
    long address, long bytes, long stream, String thread, Duration age, List<String> place) {
  /** Makes the list unchangeable. */
  public LiveAllocation {
    place = List.copyOf(place);
  }

  /** The nearest call, or words that say that it is not known. */
  public String where() {
    return place.isEmpty() ? "a place that was not recorded" : place.get(0);
  }
}
