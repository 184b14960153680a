package dev.windlass.cuda.memory.pool;

import dev.windlass.cuda.memory.MemoryBreakdown;
import java.time.Duration;

/**
 * How a pool grows and shrinks.
 *
 * @param limit the most bytes to hold; {@link MemoryBreakdown#NO_LIMIT} for what the device has
 * @param reserve the part of the limit (of the device's memory if there is none) that is taken at
 *     the start and kept, 0 to 1
 * @param giveBackAfter how long memory is kept that is not used; zero for ever. It goes back within
 *     half as long again
 */
public record PoolSettings(long limit, double reserve, Duration giveBackAfter) {
  /** Grows as needed, gives back after 30 seconds. */
  public static final PoolSettings GROW =
      new PoolSettings(MemoryBreakdown.NO_LIMIT, 0, Duration.ofSeconds(30));

  /** Checks the ranges. */
  public PoolSettings {
    if (limit <= 0) {
      throw new IllegalArgumentException("A pool's limit is more than 0 bytes, not " + limit);
    }
    if (!(reserve >= 0 && reserve <= 1)) {
      throw new IllegalArgumentException("A pool reserves a part from 0 to 1, not " + reserve);
    }
    if (giveBackAfter.isNegative()) {
      throw new IllegalArgumentException("A duration is not negative: " + giveBackAfter);
    }
  }

  /** The same with another limit in bytes. */
  public PoolSettings withLimit(long bytes) {
    return new PoolSettings(bytes, reserve, giveBackAfter);
  }

  /** The same with another part reserved at the start. */
  public PoolSettings withReserve(double part) {
    return new PoolSettings(limit, part, giveBackAfter);
  }

  /** The same with another time until unused memory goes back; zero for never. */
  public PoolSettings withGiveBackAfter(Duration duration) {
    return new PoolSettings(limit, reserve, duration);
  }
}
