package dev.windlass.cuda.memory.pool;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Random operations, checked at every step: nothing overlaps, nothing is used again before the work
 * that used it, the limit is never passed, nothing is refused for which there is room, everything
 * is given back. With {@code -Dwindlass.test.operations=10000000} the long runs are as long as that
 * together.
 */
class PoolPropertiesTest {
  private static final long OPERATIONS = Long.getLong("windlass.test.operations", 300_000);

  @Property(tries = 60)
  void pages_anyOperations_areSafe(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 5) int streams,
      @ForAll @IntRange(min = 1, max = 400) int limitInPages,
      @ForAll boolean largeChunks,
      @ForAll boolean failing) {
    int chunks = largeChunks ? 4 : Pages.CHUNKS_PER_POOL;
    run(new PoolRun(seed, streams, limitInPages * (32L << 10), true, chunks, failing), 1500);
  }

  @Property(tries = 40)
  void segments_anyOperations_areSafe(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 5) int streams,
      @ForAll @IntRange(min = 1, max = 400) int limitInPages,
      @ForAll boolean failing) {
    run(new PoolRun(seed, streams, limitInPages * (32L << 10), false, 1, failing), 1500);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, true, 2000, false",
    "2, 4, true, 2000, false",
    "3, 12, true, 2000, true",
    "4, 3, true, 16, false",
    "5, 3, true, 16, true",
    "6, 3, false, 0, false",
    "7, 3, false, 0, true"
  })
  void pool_longRun_isSafe(long seed, int streams, boolean paged, int chunks, boolean failing) {
    PoolRun run = new PoolRun(seed, streams, 48 << 20, paged, chunks, failing);
    run(run, OPERATIONS / 7);
    assertThat(run.refusals).isPositive();
    assertThat(run.failures > 0).isEqualTo(failing);
    assertThat(run.pool().counters().wrongFrees()).isZero();
    if (paged) {
      assertThat(run.pool().counters().movedPages()).isPositive();
      assertThat(run.largestChunk()).isEqualTo(chunks == 16 ? 16 : 1);
    }
  }

  private static void run(PoolRun run, long operations) {
    run.run(operations);
    run.close();
  }
}
