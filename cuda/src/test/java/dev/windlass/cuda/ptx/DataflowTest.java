package dev.windlass.cuda.ptx;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where pointers go, in code that NVRTC does not write. */
class DataflowTest {
  private static final String TWO = ".param .u64 a, .param .u64 b";
  private static final String LOADS = "ld.param.u64 %rd1, [a]; ld.param.u64 %rd2, [b+0];";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ld.global.f32 %f1, [%rd1];                                    | *r float4, integer8
          ld.volatile.global.s32 %r1, [%rd1+8];                         | *r integer4, integer8
          ld.f32 %f1, [%rd1];                                           | *r float4, integer8
          st.f64 [%rd1], %fd1;                                          | *w float8, integer8
          ldu.global.b8 %r1, [%rd2];                                    | integer8, *r bits1
          atom.global.cas.b64 %rd5, [%rd1], %rd6, %rd7;                 | *rw bits8, integer8
          red.relaxed.gpu.global.add.f32 [%rd1], %f1;                   | *rw float4, integer8
          @%p1 mov.b64 %rd3, %rd1; @!%p1 mov.u64 %rd3, %rd2; st.global.f32 [%rd3], %f1; | *w float4, *w float4
          mul.wide.u32 %rd3, %r1, 4; add.s64 %rd4, %rd1, %rd3; ld.global.f32 %f1, [%rd4]; | *r float4, integer8
          mad.lo.s64 %rd3, %rd4, 4, %rd1; ld.global.f32 %f1, [%rd3];    | integer8(r float4), integer8
          add.s64 %rd3, %rd1, %rd2; ld.global.f32 %f1, [%rd3];          | integer8(r float4), integer8(r float4)
          st.global.u64 [%rd1], %rd2;                                   | *w bits8, integer8(rw ?)
          call foo, (%rd1);                                             | integer8(rw ?), integer8
          call.uni (%rd3), foo, (%rd2); ld.global.f32 %f1, [%rd3];      | integer8, integer8(rw ?)
          mov.u64 %rd3, a; ld.param.u64 %rd4, [%rd3];                   | integer8(rw ?), integer8
          frobnicate.b64 %rd3, %rd1; ld.global.f32 %f1, [%rd3];         | integer8(rw ?), integer8
          setp.eq.s64 %p1, %rd1, %rd2;                                  | integer8, integer8
          st.shared.f32 [%rd1], %f1;                                    | integer8, integer8
          mov.u64 %rd3, table; add.u64 %rd4, %rd3, %rd1; st.f32 [%rd4], %f1; | integer8(w float4), integer8
          prefetch.global.L2 [%rd1];                                    | integer8, integer8
          cp.async.cg.shared.global [%r1], [%rd1], 16;                  | *r ?, integer8
          cp.async.bulk.global.shared::cta.bulk_group [%rd1], [%r1], 16; | integer8(rw ?), integer8
          ld.global.f32 %f1, [%rd1]; ld.global.u32 %r1, [%rd1];         | *r float4, integer8
          ld.global.f32 %f1, [%rd1]; ld.global.s32 %r1, [%rd1];         | *r ?, integer8
          ld.global.f32 %f1, [%rd1]; ld.global.f64 %fd1, [%rd1];        | *r ?, integer8
          mov.b64 {%r1, %r2}, %rd1; mov.b64 %rd3, {%r1, %r2}; ld.global.f32 %f1, [%rd3]; | *r float4, integer8
          { .reg .b64 t; mov.b64 t, %rd1; st.global.f32 [t], %f1; }     | *w float4, integer8
          LOOP: ld.global.f32 %f1, [%rd1]; add.s64 %rd1, %rd1, 4; bra LOOP; | *r float4, integer8
          isspacep.global %p1, %rd1;                                    | integer8, integer8
          cvta.to.global.u64 %rd3, %rd1;                                | * ?, integer8
          tex.2d.v4.f32.s32 {%f1, %f2, %f3, %f4}, [%rd1, {%r1, %r2}];   | integer8, integer8
          """)
  void useOfPointers_isFollowed(String body, String parameters) {
    assertThat(Ptx.show(Ptx.kernel(TWO, LOADS + body))).isEqualTo(parameters);
  }

  @Test
  void attributePtr_makesAPointer() {
    KernelSignature kernel =
        Ptx.kernel(".param .u64 .ptr .global .align 16 a, .param .align 4 .b8 s[12]", "");
    assertThat(Ptx.show(kernel)).isEqualTo("* ?, struct12");
    assertThat(kernel.parameters().get(0).alignment()).isEqualTo(8);
    assertThat(kernel.parameterBytes()).isEqualTo(20);
  }

  @Test
  void untypedParameters_areBits() {
    assertThat(Ptx.show(Ptx.kernel(".param .b32 a, .param .b64 b, .param .b32 v[4]", "")))
        .isEqualTo("bits4, bits8, struct16");
  }

  @Test
  void pointerThatCannotBeFollowedInTime_mayBeUsedInAnyWay() {
    int many = 20_000;
    String parameters =
        IntStream.range(0, many)
            .mapToObj(i -> ".param .u64 p" + i)
            .collect(Collectors.joining(","));
    StringBuilder body = new StringBuilder();
    for (int i = 0; i < many; i++) {
      body.append("ld.param.u64 %a" + i + ", [p" + i + "];\n");
      body.append("add.s64 %b" + (i + 1) + ", %b" + i + ", %a" + i + ";\n");
    }
    KernelSignature kernel = Ptx.kernel(parameters, body.toString());
    assertThat(kernel.parameters())
        .allSatisfy(p -> assertThat(p.pointer()).contains(PointerUse.ANY));
  }
}
