package dev.windlass.cuda.ptx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Text that is not PTX, or not all of it. */
class HostilePtxTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ''                                              | 1 | starts with '.version'
          hello                                           | 1 | not with 'hello'
          .version x                                      | 1 | 'x' is not a version
          .version 8.0~.target sm_80~!                    | 3 | '!' is where a directive must be
          .version 8.0~.entry                             | 2 | the text ends in the middle
          .version 8.0~.entry k(.param .u64 a             | 2 | the text ends in the middle
          .version 8.0~.entry k(.param .u65 a) {}         | 2 | '.u65' is not the type
          .version 8.0~.entry k(.param a) {}              | 2 | parameter 'a' has no type
          .version 8.0~.entry k(.param .align 3 .b8 a[4]) {} | 2 | 3 is not an alignment
          .version 8.0~.entry k(.param .b8 a[99999999999]) {} | 2 | is where a number must be
          .version 8.0~.entry k(.param .b8 a[9999999]) {} | 2 | more than 1048576 bytes
          .version 8.0~.entry k() {~ld.global.f32 %f1, %r | 3 | the text ends in the middle
          .version 8.0~.entry k() {~ld.global.f32 %f1; }  | 3 | 'ld.global.f32' has no address
          .version 8.0~.entry k() {~ret;                  | 3 | the text ends in the middle
          .version 8.0~.entry k() x                       | 2 | 'x' is where a kernel's body
          .version 8.0~.entry k() {}~.entry k() {}        | 3 | there are two kernels 'k'
          .version 8.0~.address_size 32                   | 2 | addresses of 32 bits
          .version 8.0~/* never                           | 2 | a comment does not end
          .version 8.0~.pragma "never                     | 2 | a string does not end
          .version 8.0~.global .b8 x[2] = {1, 2};~.global .u32 y = } | 3 | a '}' too many
          """)
  void badText_isAnException_withItsLine(String text, int line, String problem) {
    PtxException e =
        catchThrowableOfType(PtxException.class, () -> PtxFile.parse(text.replace('~', '\n')));
    assertThat(e).hasMessageContaining(problem);
    assertThat(e.line()).isEqualTo(line);
    assertThat(e).hasMessageStartingWith("While reading PTX: line " + line + ": ");
  }

  @Property(tries = 300)
  void damagedText_isReadOrRefused(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 8) int holes) {
    Random random = new Random(seed);
    StringBuilder text = new StringBuilder(Ptx.resource(random.nextBoolean() ? "plain" : "names"));
    for (int i = 0; i < holes; i++) {
      int at = random.nextInt(text.length() + 1);
      switch (random.nextInt(4)) {
        case 0 -> text.delete(at, Math.min(text.length(), at + random.nextInt(50)));
        case 1 -> text.insert(at, "{};[](),:@!\".%/*\0é".charAt(random.nextInt(18)));
        case 2 -> text.setLength(at);
        default -> text.insert(at, text.substring(random.nextInt(at + 1), at));
      }
    }
    try {
      PtxFile file = PtxFile.parse(text.toString());
      assertThat(file.kernels()).allSatisfy(k -> assertThat(k.parameterBytes()).isNotNegative());
    } catch (PtxException e) {
      assertThat(e.line()).isPositive();
    }
  }

  @Test
  void hugeText_isReadInLinearTime() {
    String one = Ptx.resource("plain");
    String body = one.substring(one.indexOf(".extern"));
    StringBuilder many = new StringBuilder(one);
    for (int i = 0; i < 300; i++) {
      many.append(body.replaceAll("\\.entry (\\w+)", ".entry $1_" + i));
    }
    assertThat(PtxFile.parse(many.toString()).kernels())
        .hasSize(301 * PtxFile.parse(one).kernels().size());
  }

  @Test
  void statementWithoutEnd_isRefused() {
    String text = Ptx.text("", "mov.u32 %r1, " + "%r2, ".repeat(1 << 20));
    assertThat(catchThrowableOfType(PtxException.class, () -> PtxFile.parse(text)))
        .hasMessageContaining("a statement does not end");
  }
}
