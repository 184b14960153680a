package dev.windlass.cuda.memory.pool;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class SizesTest {
  @Test
  void classes_areContiguous_andTheSmallestThatFit() {
    long below = 0;
    for (int c = 0; c < Sizes.CLASSES; c++) {
      long bytes = Sizes.bytesOf(c);
      assertThat(bytes).isGreaterThan(below).isEqualTo(bytes / 512 * 512);
      assertThat(Sizes.classOf(below + 1)).isEqualTo(c);
      assertThat(Sizes.classOf(bytes)).isEqualTo(c);
      below = bytes;
    }
    assertThat(below).isEqualTo(Sizes.LARGEST_CLASS);
  }

  @Property
  void rounding_costsLittle(@ForAll @LongRange(min = 1, max = 1L << 40) long bytes) {
    long rounded = Sizes.round(bytes);
    assertThat(rounded - bytes).isBetween(0L, Math.max(511, bytes / 64));
    assertThat(Sizes.round(rounded)).isEqualTo(rounded);
  }

  @Test
  void sizes_thatAreNone_haveNoClass() {
    for (long bytes : new long[] {0, -1, Long.MIN_VALUE, (1 << 20) + 1, Long.MAX_VALUE}) {
      assertThat(Sizes.hasClass(bytes)).isFalse();
    }
  }
}
